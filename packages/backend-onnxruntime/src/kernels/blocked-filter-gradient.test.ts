import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GraphBuilder } from "@lookonce/onnx";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { nodeEngine } from "../engine/node/engine.ts";
import { comparison, findFilterGradients, operandShapes } from "../graph/filter-gradient-forms.ts";
import type { FilterGradientForm } from "../graph/filter-gradients.ts";
import { Lowering } from "../graph/lowering.ts";
import { hostValue, sizeOf } from "../graph/value.ts";
import { type OnnxRuntimeBackend, registerOnnxRuntime } from "../index.ts";
import { blockedFilterGradient } from "./blocked-filter-gradient.ts";
import { type Convolution, convolution } from "./convolution.ts";
import { chooseForm } from "./filter-gradient-form.ts";

const runtime = { executionProviders: ["cpu"], threads: 2 };
/** What this machine can do; the tests that compute are of its block size, 16 or 8. */
const found = await findFilterGradients(nodeEngine);
const block = found?.block ?? 16;

interface Shape {
  batch: number;
  rows: number;
  columns: number;
  inChannels: number;
  outChannels: number;
  taps: number;
  stride: number;
  pad?: number;
  /** Whether each channel has a filter of its own. */
  depthwise?: boolean;
}

function describeConvolution(shape: Shape): Convolution {
  const { batch, rows, columns, inChannels, outChannels, taps, stride, pad = Math.floor(taps / 2) } = shape;
  const x = [batch, rows, columns, inChannels];
  const perFilter = shape.depthwise ? 1 : inChannels;
  return convolution(x, [taps, taps, perFilter, outChannels], { strides: [stride, stride], pad });
}

/** A convolution of YOLOv8n: square, padded as PyTorch does. */
function layer(
  batch: number,
  inChannels: number,
  side: number,
  outChannels: number,
  taps = 3,
  stride = 1,
): Convolution {
  return describeConvolution({ batch, rows: side, columns: side, inChannels, outChannels, taps, stride });
}

/** The largest difference over the largest number. */
function relativeError(actual: Float32Array, expected: Float32Array): number {
  const largest = (numbers: Float32Array): number =>
    numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest(actual.map((value, i) => value - (expected[i] ?? Number.NaN))) / largest(expected);
}

/** How far the gradient in a form is from the plain one, relative to the largest element. */
async function errorOf(rng: Random, c: Convolution, form: FilterGradientForm): Promise<number> {
  const session = await nodeEngine.compile(comparison(block, [{ c, form }]).build(), runtime);
  const numbers = (shape: number[]) => {
    const data = Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(-1, 1));
    return nodeEngine.tensor({ shape, dtype: "float32" }, data);
  };
  const { x, dy } = operandShapes(c);
  const feeds = { x0: numbers(x), dy0: numbers(dy) };
  const { blocked0, plain0 } = await session.run(feeds, { blocked0: null, plain0: null });
  await session.release();
  expect(blocked0?.dims).toEqual(plain0?.dims);
  return relativeError(blocked0?.data as Float32Array, plain0?.data as Float32Array);
}

describe.skipIf(found === undefined)("forms of filter gradients", () => {
  const stripes = { kind: "stripes", images: 1, slices: 1, lanes: block, swap: false } as const;
  const odd = { batch: 6, rows: 9, columns: 7, inChannels: 32, outChannels: 48, taps: 3, stride: 1 };
  const even = { ...odd, rows: 12, columns: 8 };
  it.each<[string, Shape, FilterGradientForm]>([
    ["an image at a time", odd, stripes],
    ["an image at a time, turned", odd, { ...stripes, swap: true }],
    ["three images at a time", odd, { ...stripes, images: 3 }],
    ["three images at a time, turned", odd, { ...stripes, images: 3, swap: true }],
    ["three stripes", odd, { ...stripes, slices: 3 }],
    ["three stripes, turned", odd, { ...stripes, slices: 3, swap: true }],
    ["two images of three stripes", odd, { ...stripes, images: 2, slices: 3, swap: true }],
    ["half blocks", odd, { ...stripes, lanes: block / 2 }],
    ["half blocks, two images of three stripes", odd, { ...stripes, images: 2, slices: 3, lanes: block / 2 }],
    ["stride 2", even, { ...stripes, images: 2 }],
    ["stride 2, odd sides", { ...odd, stride: 2 }, stripes],
    ["stride 2, two stripes", { ...even, stride: 2 }, { ...stripes, slices: 2 }],
    ["stride 2, half blocks", { ...even, stride: 2 }, { ...stripes, slices: 3, lanes: block / 2 }],
    ["five taps", { ...odd, taps: 5 }, { ...stripes, slices: 3, swap: true }],
    ["two taps without padding", { ...odd, taps: 2, pad: 0 }, stripes],
    ["two taps without padding, turned", { ...odd, taps: 2, pad: 0 }, { ...stripes, swap: true }],
    ["one tap", { ...odd, taps: 1 }, { ...stripes, images: 6, swap: true }],
    ["planes", { ...odd, inChannels: 3, stride: 2 }, { kind: "planes" }],
    ["planes of six taps", { ...even, inChannels: 3, taps: 6, pad: 2, stride: 2 }, { kind: "planes" }],
    ["pixels, x in blocks", { ...even, outChannels: 5, taps: 1 }, { kind: "pixels", filter: "x" }],
    ["pixels, dy in blocks", { ...even, inChannels: 5, taps: 1 }, { kind: "pixels", filter: "dy" }],
    ["depthwise", { ...odd, outChannels: 32, depthwise: true }, { kind: "depthwise" }],
    [
      "depthwise, one image of seven taps",
      { ...odd, batch: 1, outChannels: 32, taps: 7, depthwise: true },
      { kind: "depthwise" },
    ],
    ["depthwise, stride 2", { ...even, outChannels: 32, stride: 2, depthwise: true }, { kind: "depthwise" }],
    ["depthwise, stride 2, odd sides", { ...odd, outChannels: 32, stride: 2, depthwise: true }, { kind: "depthwise" }],
    ["depthwise, one tap", { ...odd, outChannels: 32, taps: 1, depthwise: true }, { kind: "depthwise" }],
  ])("%s", async (name, shape, form) => {
    expect(found?.problems).toEqual([]);
    expect(await errorOf(new Random(name), describeConvolution(shape), form)).toBeLessThan(1e-5);
  });
});

const blockedOnly = { isBlocked: true, isChannelsFirst: false };
const firstOnly = { isBlocked: false, isChannelsFirst: true };
const inBlocks = { x: blockedOnly, dy: blockedOnly };

describe("the choice of a form", () => {
  const [planes, xInBlocks, dyInBlocks] = [
    { kind: "planes" },
    { kind: "pixels", filter: "x" },
    { kind: "pixels", filter: "dy" },
  ];
  const stripes = (form: object): object => ({
    kind: "stripes",
    images: 1,
    slices: 1,
    lanes: 16,
    swap: false,
    ...form,
  });
  const turned = (form: object = {}): object => stripes({ swap: true, ...form });
  const stem = { batch: 16, rows: 320, columns: 320, inChannels: 3, outChannels: 16 };

  it.each<[string, Convolution, object | undefined]>([
    // YOLOv8n at 320, batch 16.
    ["3 to 16, stride 2", layer(16, 3, 320, 16, 3, 2), planes],
    ["16 to 32, stride 2", layer(16, 16, 160, 32, 3, 2), stripes({ slices: 10 })],
    ["32 to 64, stride 2", layer(16, 32, 80, 64, 3, 2), stripes({})],
    ["64 to 128, stride 2", layer(16, 64, 40, 128, 3, 2), stripes({})],
    ["128 to 256, stride 2", layer(16, 128, 20, 256, 3, 2), stripes({ images: 8 })],
    ["16 channels at 80", layer(16, 16, 80, 16), stripes({ lanes: 8 })],
    ["32 channels at 40", layer(16, 32, 40, 32), stripes({})],
    ["64 channels at 20", layer(16, 64, 20, 64), turned()],
    ["128 channels at 10", layer(16, 128, 10, 128), turned({ images: 8 })],
    ["64 to 80 at 40", layer(16, 64, 40, 80), turned()],
    ["80 channels at 20", layer(16, 80, 20, 80), stripes({})],
    ["48 to 32 at 80, one tap", layer(16, 48, 80, 32, 1), xInBlocks],
    ["32 to 64 at 40, one tap", layer(16, 32, 40, 64, 1), dyInBlocks],
    ["80 channels at 20, one tap", layer(16, 80, 20, 80, 1), xInBlocks],
    ["512 to 256 at 10, one tap", layer(16, 512, 10, 256, 1), turned({ images: 8 })],
    // At 640, batch 8.
    ["3 to 16, stride 2, at 640", layer(8, 3, 640, 16, 3, 2), planes],
    ["16 to 32, stride 2, at 320", layer(8, 16, 320, 32, 3, 2), stripes({ slices: 10 })],
    ["32 to 64, stride 2, at 160", layer(8, 32, 160, 64, 3, 2), stripes({ slices: 4 })],
    ["16 channels at 160", layer(8, 16, 160, 16), stripes({ lanes: 8, slices: 4 })],
    ["32 channels at 80", layer(8, 32, 80, 32), stripes({})],
    ["64 channels at 80", layer(8, 64, 80, 64), turned({ slices: 4 })],
    ["80 channels at 80", layer(8, 80, 80, 80), stripes({ slices: 4 })],
    ["192 to 64 at 80, one tap", layer(8, 192, 80, 64, 1), xInBlocks],
    // Others.
    ["a batch that 8 does not divide", layer(21, 128, 10, 128), turned({ images: 7 })],
    ["odd sides and channels that fill no block, one tap", layer(16, 20, 5, 33, 1), undefined],
    ["one class", layer(16, 80, 40, 1, 1), xInBlocks],
    ["255 outputs of YOLOv5", layer(16, 64, 40, 255, 1), xInBlocks],
    ["YOLOv5's first layer", describeConvolution({ ...stem, taps: 6, stride: 2, pad: 2 }), planes],
    ["channels that do not fill a block", layer(16, 24, 40, 24), undefined],
    ["rows at the end that no tap meets", describeConvolution({ ...stem, taps: 2, stride: 4, pad: 0 }), undefined],
    ["one tap of stride 2", layer(16, 64, 40, 64, 1, 2), undefined],
  ])("%s", (_, c, form) => {
    expect(chooseForm(c, 16, inBlocks)).toEqual(form);
  });

  it.each([
    ["reorders the smaller operand of two in blocks", 64, 128, inBlocks, dyInBlocks],
    ["reorders none where one is in blocks: x", 64, 128, { x: blockedOnly, dy: firstOnly }, xInBlocks],
    ["reorders none where one is in blocks: dy", 128, 64, { x: firstOnly, dy: blockedOnly }, dyInBlocks],
    ["is a plain matmul of two with channels first", 64, 128, { x: firstOnly, dy: firstOnly }, undefined],
    ["is a plain matmul where neither fills blocks", 20, 24, { x: firstOnly, dy: firstOnly }, undefined],
  ])("of one tap %s", (_, inChannels, outChannels, atHand, form) => {
    expect(chooseForm(layer(16, inChannels, 40, outChannels, 1), 16, atHand)).toEqual(form);
  });

  it("leaves groups of several channels and dilation to the plain form", () => {
    const c = layer(16, 64, 40, 64);
    expect(chooseForm({ ...c, groups: 2 }, 16, inBlocks)).toBeUndefined();
    expect(chooseForm({ ...c, groups: 64 }, 16, inBlocks)).toEqual({ kind: "depthwise" });
    expect(chooseForm({ ...c, groups: 64, outChannels: 128 }, 16, inBlocks)).toBeUndefined();
    expect(chooseForm({ ...layer(16, 24, 40, 24), groups: 24 }, 16, inBlocks)).toBeUndefined();
    expect(chooseForm({ ...c, rows: { ...c.rows, dilation: 2 } }, 16, inBlocks)).toBeUndefined();
  });

  it("is the plain form where the runtime refused the one that was chosen", () => {
    const c = layer(2, 32, 8, 32);
    const written = (forms: FilterGradientForm["kind"][]): string | undefined => {
      const graph = new GraphBuilder();
      const to = new Lowering(graph, "onnxruntime", { filterGradients: { block: 16, forms: new Set(forms) } });
      const [x, dy] = [hostValue([2, 8, 8, 32], "float32"), hostValue([2, 8, 8, 32], "float32")];
      to.set(x, graph.input("x", "float32", x.shape));
      to.set(dy, graph.input("dy", "float32", dy.shape));
      return blockedFilterGradient(to, c, { x, dy });
    };
    expect(written(["pixels", "planes"])).toBeUndefined();
    expect(written(["stripes"])).toBeDefined();
  });

  it("counts in blocks of 8 where the processor has those", () => {
    expect(chooseForm(layer(16, 8, 80, 8), 8, inBlocks)).toEqual(stripes({ lanes: 4 }));
    expect(chooseForm(layer(16, 8, 160, 16, 3, 2), 8, inBlocks)).toEqual(stripes({ lanes: 8, slices: 5 }));
    expect(chooseForm(layer(14, 24, 10, 24), 8, inBlocks)).toEqual(stripes({ lanes: 8, images: 7 }));
    expect(chooseForm(layer(16, 64, 10, 64), 8, inBlocks)).toEqual(turned({ lanes: 8, images: 4 }));
  });

  it.skipIf(found === undefined).each(Array.from({ length: 24 }, (_, i) => i))(
    "equals the plain gradient, case %i",
    async (i) => {
      const rng = new Random(`form ${i}`);
      const taps = rng.choice([1, 1, 2, 3, 3, 3, 5]);
      const shape = {
        batch: rng.integer(1, 18),
        rows: rng.integer(4, 25),
        columns: rng.integer(4, 25),
        inChannels: rng.choice([3, 16, 32, 48, 64, rng.integer(1, 40)]),
        outChannels: rng.choice([16, 32, 48, 64, rng.integer(1, 40)]),
        taps,
        stride: rng.integer(1, 3),
      };
      const c = describeConvolution(shape);
      const form = chooseForm(c, block, inBlocks);
      if (form !== undefined) expect(await errorOf(rng, c, form)).toBeLessThan(1e-5);
    },
  );
});

describe.skipIf(found === undefined || process.env.LOOKONCE_BLOCKS === "off")("the backend", () => {
  const folder = mkdtempSync(join(tmpdir(), "lookonce-blocks-"));
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it("computes filter gradients in blocks, but not those of tensors with channels first", async () => {
    await registerOnnxRuntime({ name: "blocks" });
    await tf.setBackend("blocks");
    const backend = tf.backend() as OnnxRuntimeBackend;
    const gradient = async (x: tf.Tensor, dy: tf.Tensor, dataFormat: string) => {
      const attrs = { strides: 1, pad: 1, dataFormat, dimRoundingMode: "floor", filterShape: [3, 3, 32, 16] };
      vi.stubEnv("LOOKONCE_PROFILE", join(folder, dataFormat));
      const dw = tf.engine().runKernel("Conv2DBackpropFilter", { x, dy }, attrs) as tf.Tensor;
      const data = await dw.data();
      await backend.freeGraphs();
      const tables = readdirSync(join(folder, dataFormat)).filter((name) => name.endsWith(".md"));
      const operators = tables.map((name) => readFileSync(join(folder, dataFormat, name), "utf8")).join();
      return { data, operators };
    };
    const x = tf.randomUniform([4, 6, 8, 32], -1, 1, "float32", 1);
    const dy = tf.randomUniform([4, 6, 8, 16], -1, 1, "float32", 2);
    const [last, first] = [
      await gradient(x, dy, "NHWC"),
      await gradient(tf.transpose(x, [0, 3, 1, 2]), tf.transpose(dy, [0, 3, 1, 2]), "NCHW"),
    ];
    expect(last.operators).toContain("| Scan | ");
    expect(first.operators).not.toContain("| Scan | ");
    expect(relativeError(last.data as Float32Array, first.data as Float32Array)).toBeLessThan(1e-5);
    tf.removeBackend("blocks");
  });
});
