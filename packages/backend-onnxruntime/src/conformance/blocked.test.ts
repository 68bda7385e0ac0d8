import { convBnAct } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { nodeEngine } from "../engine/node/engine.ts";
import { findBlockSize } from "../graph/block-size.ts";
import { Lowering } from "../graph/lowering.ts";
import { registerOnnxRuntime } from "../index.ts";
import { floats } from "./test-random-case.ts";

// The same programs with channels in blocks and without: random calls have too few channels for blocks.

const [blocked, plain] = ["onnxruntime", "onnxruntime-plain"];
/** Channels a block here; programs run all the same where there are none. */
const block = (await findBlockSize(nodeEngine)) ?? 16;
const isBlocked = (await findBlockSize(nodeEngine)) !== undefined;

beforeAll(async () => {
  await registerOnnxRuntime({ name: plain, blocks: false });
  await registerOnnxRuntime({ blocks: true });
});

afterEach(() => {
  vi.restoreAllMocks();
});

type Shape = [number, number, number, number];
type Program = () => tf.Tensor[];

const tensor = (rng: Random, shape: number[]): tf.Tensor => tf.tensor(floats(rng, shape).data, shape);
const run = (kernel: string, inputs: object, attrs: object): tf.Tensor =>
  tf.engine().runKernel(kernel, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap) as tf.Tensor;

/** A copy that a convolution leaves in blocks. */
function inBlocks(x: tf.Tensor): tf.Tensor4D {
  return tf.depthwiseConv2d(x as tf.Tensor4D, tf.ones([1, 1, x.shape[3] as number, 1]), 1, "valid");
}

async function results(backend: string, program: Program): Promise<{ shape: number[]; data: number[] }[]> {
  await tf.setBackend(backend);
  const tensors = tf.tidy(program);
  const read = tensors.map(async (one) => ({ shape: one.shape, data: [...(await one.data())] }));
  const values = await Promise.all(read);
  tf.dispose(tensors);
  return values;
}

/** Runs the program both ways and expects equal numbers, of which the one has operators on blocks and the other has not. */
async function expectAlike(program: Program, usesBlocks = true): Promise<void> {
  const nodes = vi.spyOn(Lowering.prototype, "nchwc");
  const expected = await results(plain, program);
  expect(nodes).not.toHaveBeenCalled();
  const actual = await results(blocked, program);
  if (isBlocked && usesBlocks) expect(nodes).toHaveBeenCalled();
  for (const [i, { shape, data }] of expected.entries()) {
    expect(actual[i]?.shape).toEqual(shape);
    const scale = data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const worst = data.reduce((most, value, k) => Math.max(most, Math.abs(value - actual[i]!.data[k]!)), 0);
    expect(worst / scale, `result ${i} of shape [${shape}]`).toBeLessThan(1e-5);
  }
}

/** Channels: whole blocks, or now and then some other number. */
const channels = (rng: Random): number => (rng.chance(0.75) ? block * rng.integer(1, 4) : rng.integer(1, 2 * block));

describe("convolutions in blocks", () => {
  it.each(Array.from({ length: 24 }, (_, i) => i))("have the plain ones' values and gradients, case %i", async (i) => {
    const rng = new Random(`blocks ${i}`);
    const kernel = [1, 3, 6][i % 3] as number;
    const stride = rng.integer(1, 4);
    const side = (): number => rng.integer(kernel, kernel + 9);
    const kind = rng.choice(["whole", "whole", "depthwise", "groups"]);
    const input = kind === "groups" ? 2 * block : channels(rng);
    const inGroup = { whole: input, depthwise: 1, groups: block }[kind] as number;
    const output = { whole: channels(rng), depthwise: input, groups: 4 * block }[kind] as number;
    const shape: Shape = [rng.integer(1, 4), side(), side(), input];
    const pad = [[0, 0], ...[0, 1].map(() => [rng.integer(0, kernel), rng.integer(0, kernel)]), [0, 0]];
    const attrs = { strides: [stride, rng.chance(0.8) ? stride : 1], pad, dataFormat: "NHWC", dilations: [1, 1] };
    const activation = rng.choice(["linear", "relu"]);
    await expectAlike(
      () => {
        const draw = new Random(i);
        const x = inBlocks(tensor(draw, shape));
        const filter = tensor(draw, [kernel, kernel, inGroup, output]);
        const bias = tensor(draw, [output]);
        const y = run("FusedConv2D", { x, filter, bias }, { ...attrs, activation });
        const dy = tensor(draw, y.shape);
        return [
          y,
          run("Conv2D", { x, filter }, attrs),
          run("Conv2DBackpropInput", { dy, filter }, { ...attrs, inputShape: shape }),
          run("Conv2DBackpropFilter", { x, dy }, { ...attrs, filterShape: filter.shape }),
        ];
      },
      input % block === 0,
    );
  });

  it("reads an image of three channels", () =>
    expectAlike(() => {
      const rng = new Random("image");
      const filter = tensor(rng, [3, 3, 3, 2 * block]) as tf.Tensor4D;
      return [tf.conv2d(tensor(rng, [2, 9, 8, 3]) as tf.Tensor4D, filter, 2, 1)];
    }));
});

describe("what follows convolutions in blocks", () => {
  const shape: Shape = [2, 5, 4, 2 * block];
  const draw = (name: string, of: number[] = shape): tf.Tensor => tensor(new Random(name), of);

  it("is computed element by element with values of every shape", () =>
    expectAlike(() => {
      const x = inBlocks(draw("x"));
      const shapes = [shape, [shape[3]], [1, 5, 4, 1], [4, shape[3]], [2, 1, 1, shape[3]], [5, 4, shape[3]], [1], []];
      const sums = shapes.map((each, i) => tf.add(x, draw(`b${i}`, each)));
      const isLarger = tf.greater(x, sums[1]!);
      return [...sums, tf.cast(isLarger, "float32"), tf.where(isLarger, x, draw("other")), tf.sub(draw("y"), x)];
    }));

  it("is scaled, shifted and added up, in sums of sums", () =>
    expectAlike(() => {
      const [x, other] = [inBlocks(draw("x")), inBlocks(draw("other"))];
      const [scale, shift] = [draw("scale", [shape[3]]), draw("shift", [shape[3]])];
      const z = tf.add(tf.mul(x, scale), shift);
      const y = tf.mul(z, tf.sigmoid(z));
      let doubled: tf.Tensor = x;
      for (let i = 0; i < 30; i++) doubled = tf.mul(tf.add(doubled, doubled), 0.5);
      for (let i = 0; i < 30; i++) doubled = tf.add(doubled, doubled);
      return [
        z,
        y,
        tf.add(tf.sub(z, y), 1),
        tf.sub(shift, tf.sub(x, tf.mul(other, scale))),
        tf.add(tf.add(tf.mul(x, scale), other), shift),
        tf.sub(tf.mul(x, scale), tf.mul(other, shift)),
        tf.sub(tf.sub(1, z), tf.add(y, shift)),
        tf.mul(doubled, 2 ** -30),
      ];
    }));

  it("is reduced along every set of axes", () =>
    expectAlike(() => {
      const [x, y] = [inBlocks(draw("x")), inBlocks(draw("y"))];
      const axes = [[0, 1, 2], [3], [1, 2], [0], [2, 3], [0, 1, 2, 3]];
      const maps = [x, tf.square(x), tf.mul(x, y), tf.mul(x, draw("z"))];
      return maps.flatMap((map) =>
        axes.flatMap((each) => [tf.sum(map, each), tf.mean(map, each, true), tf.max(map, each)]),
      );
    }));

  it("is summed over many pixels as exactly", () =>
    expectAlike(() => {
      const x = tf.add(inBlocks(draw("x", [1, 96, 90, block])), 0.5);
      return [tf.sum(x, [0, 1, 2]), tf.sum(tf.square(x), [0, 1, 2])];
    }));

  it("of one position meets vectors as long", () =>
    expectAlike(() => {
      const x = inBlocks(draw("x", [1, 1, 1, 2 * block]));
      const others = [[2 * block], [1, 2 * block], [1, 1, 2 * block]].map((shape) => draw("y", shape));
      return others.flatMap((y) => [tf.add(x, y), tf.sub(y, x), tf.mul(x, y), tf.add(tf.mul(x, y), y)]);
    }));

  it("is joined and cut", () =>
    expectAlike(() => {
      const [x, y] = [inBlocks(draw("x")), inBlocks(draw("y"))];
      const parts = tf.split(x, [block, block], 3);
      const uneven = tf.split(x, [3, 2 * block - 3], 3);
      return [
        ...[0, 1, 2, 3].map((axis) => tf.concat([x, y], axis)),
        tf.concat([x, draw("some", [2, 5, 4, 3])], 3),
        ...parts,
        ...uneven,
        tf.concat(uneven, 3),
        tf.slice(x, [1, 1, 2, block], [1, 3, 2, block]),
        tf.slice(x, [1, 0, 0, 0], [1, 5, 4, block]),
        tf.pad(x, [
          [0, 0],
          [1, 0],
          [0, 2],
          [0, 0],
        ]),
        tf.transpose(x, [0, 3, 1, 2]),
        tf.reshape(x, [40, 2 * block]),
      ];
    }));

  it("is pooled and resized, with gradients", () =>
    expectAlike(() => {
      const x = inBlocks(draw("x", [2, 6, 8, 2 * block]));
      const maps: ((map: tf.Tensor4D) => tf.Tensor)[] = [
        (map) => tf.maxPool(map, 5, 1, "same"),
        (map) => tf.maxPool(map, 2, 2, "valid"),
        (map) => tf.avgPool(map, 2, 2, "valid"),
        (map) => tf.avgPool(map, 2, 1, "valid"),
        (map) => tf.avgPool(map, 3, 1, "same"),
        (map) => tf.image.resizeNearestNeighbor(map, [12, 16]),
        (map) => tf.image.resizeBilinear(map, [7, 16]),
      ];
      return maps.flatMap((map) => {
        const weights = draw("weights", map(x).shape);
        return [map(x), tf.grad((input) => tf.sum(tf.mul(map(inBlocks(input)), weights)))(x)];
      });
    }));
});

describe("values of several parts in blocks", () => {
  const draw = (name: string, of: number[]): tf.Tensor => tensor(new Random(name), of);
  const weighted = (map: tf.Tensor): tf.Tensor => tf.sum(tf.mul(map, draw("weights", map.shape)));
  const conv = (x: tf.Tensor, filter: tf.Tensor, pad: number, stride = 1): tf.Tensor4D =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad);

  it.each([
    { blocks: [1, 2], out: 2, kernel: 1, stride: 1 },
    { blocks: [2, 1], out: 1, kernel: 3, stride: 1 },
    { blocks: [1, 1], out: 2, kernel: 3, stride: 2 },
    { blocks: [1, 1, 1], out: 3, kernel: 1, stride: 1 },
    { blocks: [0.5, 1.5], out: 1, kernel: 1, stride: 1 },
  ])("are convolved with gradients: $blocks to $out, $kernel by $kernel", ({ blocks, out, kernel, stride }) =>
    expectAlike(() => {
      const channels = blocks.map((count) => count * block);
      const parts = channels.map((count, i) => draw(`part ${i}`, [2, 6, 4, count]));
      const filter = draw("filter", [kernel, kernel, channels.reduce((a, b) => a + b), out * block]);
      const run = (weights: tf.Tensor, ...maps: tf.Tensor[]): tf.Tensor4D =>
        conv(tf.concat(maps.map(inBlocks), 3), weights, (kernel - 1) / 2, stride);
      return [
        run(filter, ...parts),
        ...tf.grads((...inputs) => weighted(run(...(inputs as [tf.Tensor, ...tf.Tensor[]]))))([filter, ...parts]),
      ];
    }),
  );

  it("are split, joined again and added up, with gradients", () =>
    expectAlike(() => {
      const filters = [
        draw("first", [1, 1, block, 2 * block]),
        draw("second", [3, 3, block, block]),
        draw("third", [1, 1, 3 * block, 2 * block]),
      ];
      const stage = (x: tf.Tensor, ...[first, second, third]: tf.Tensor[]): tf.Tensor4D => {
        const [left, right] = tf.split(conv(inBlocks(x), first!, 0), 2, 3);
        const last = tf.add(right!, conv(right!, second!, 1));
        return conv(tf.concat([left!, right!, last], 3), third!, 0);
      };
      const x = draw("x", [2, 5, 4, block]);
      return [
        stage(x, ...filters),
        ...tf.grads((...inputs) => weighted(stage(...(inputs as [tf.Tensor, ...tf.Tensor[]]))))([x, ...filters]),
      ];
    }));
});

describe("layers in blocks", () => {
  // Of the second size images go one by one.
  it.each([5, 264])("have SiLU's gradients, images of %i rows", (rows) =>
    expectAlike(() => {
      const draw = (name: string, of: number[]): tf.Tensor => tensor(new Random(name), of);
      const [gamma, beta, shift] = ["gamma", "beta", "shift"].map((name) => draw(name, [block]) as tf.Tensor1D);
      const layer = (x: tf.Tensor, filter: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor): tf.Tensor4D => {
        const affine = { gamma: scale as tf.Tensor1D, beta: offset as tf.Tensor1D, shift: shift! };
        const options = { ...affine, eps: 1e-3, activation: "silu" } as const;
        return convBnAct(x as tf.Tensor4D, filter as tf.Tensor4D, options).y;
      };
      const x = draw("x", [2, rows, rows === 5 ? 3 : 4096 / block, block]);
      const inputs = [x, draw("filter", [1, 1, block, block]), gamma!, beta!] as const;
      const weights = draw("weights", [x.shape[2]!, block]);
      const loss = (...of: tf.Tensor[]): tf.Tensor => tf.mean(tf.mul(layer(...(of as [...typeof inputs])), weights));
      return [
        tf.mean(layer(...inputs), [1, 2]),
        ...tf
          .grads(loss)([...inputs])
          .map((gradient) => tf.mean(gradient, 0)),
      ];
    }),
  );
});
