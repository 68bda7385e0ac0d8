import { Random } from "@lookonce/random";
import { enterTestDevice, expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
// After tfjs-core: the file carries a copy of it, and the first engine to be made is the one that is used.
import { beforeAll, describe, expect, it } from "vitest";
import {
  C3,
  Conv,
  DetectionModel,
  fuse,
  initialize,
  modelFromCheckpoint,
  parseModelConfig,
  stateDict,
} from "./index.ts";

beforeAll(() => enterTestDevice("javascript"));

/** Every module, both heads, strides 2 and 4. */
const yaml = (detect: string): string => `
nc: 2
anchors: [[2, 3, 5, 4], [8, 9, 12, 10]]
backbone:
  - [-1, 1, Conv, [8, 3, 2]]
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 2, C2f, [16, True]]
  - [-1, 1, SPPF, [16, 5]]
head:
  - [-1, 1, nn.Upsample, [None, 2, nearest]]
  - [[-1, 0], 1, Concat, [1]]
  - [-1, 1, C3, [16, False]]
  - [-1, 1, Bottleneck, [16]]
  - [[7, 3], 1, Detect, ${detect}]
`;

const build = (detect: string, seed = 3): DetectionModel =>
  new DetectionModel(parseModelConfig(yaml(detect)), { rng: new Random(seed), names: ["cat", "dog"] });

const images = (seed = 1): tf.Tensor4D => {
  const rng = new Random(seed);
  return tf.tensor4d(
    Float32Array.from({ length: 2 * 16 * 8 * 3 }, () => rng.uniform()),
    [2, 16, 8, 3],
  );
};

const families = [
  { family: "v8", detect: "[nc]", outputs: 66, anchors: 1, row: 6 },
  { family: "v5", detect: "[nc, anchors]", outputs: 14, anchors: 2, row: 7 },
];

describe.each(families)("DetectionModel $family", ({ family, detect, outputs, anchors, row }) => {
  it("predicts in both modes and leaves nothing else in memory", () => {
    const start = tf.memory().numTensors;
    const model = build(detect);
    expect([model.family, model.nc, model.strides, model.names]).toEqual([family, 2, [2, 4], ["cat", "dog"]]);
    const x = images();
    const before = tf.memory().numTensors;
    const trained = model.forward(x);
    expect(trained.raw.map(({ shape }) => shape)).toEqual([
      [2, 8, 4, outputs],
      [2, 4, 2, outputs],
    ]);
    expect(trained.decoded).toBeUndefined();
    expect(tf.memory().numTensors).toBe(before + 2);
    const { raw, decoded } = model.eval().forward(x);
    expect(decoded?.shape).toEqual([2, anchors * 40, row]);
    expect(tf.memory().numTensors).toBe(before + 5);
    tf.dispose([trained.raw, raw, decoded as tf.Tensor, x]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(start);
  });

  it("computes for every trained parameter a gradient, and moves running statistics", async () => {
    const model = build(detect);
    const x = images();
    const mean = model.namedBuffers().get("model.0.bn.running_mean") as tf.Variable;
    const names = model.freeze("model.1.");
    expect(names).toEqual(["model.1.conv.weight", "model.1.bn.weight", "model.1.bn.bias"]);
    const before = tf.memory().numTensors;
    const loss = (): tf.Scalar => tf.addN(model.forward(x).raw.map((map) => tf.sum(tf.square(map)))) as tf.Scalar;
    const trained = [...model.namedParameters()].filter(([, variable]) => variable.trainable);
    const { value, grads } = tf.variableGrads(
      loss,
      trained.map(([, variable]) => variable),
    );
    expect(Object.keys(grads)).toHaveLength(trained.length);
    for (const [name, variable] of trained) {
      const gradient = await (grads[variable.name] as tf.Tensor).data();
      expect(
        gradient.some((g) => g !== 0),
        name,
      ).toBe(true);
      expect(gradient.every(Number.isFinite), name).toBe(true);
    }
    expect((await mean.data()).some((v) => v !== 0)).toBe(true);
    value.dispose();
    tf.dispose(grads);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it("predicts the same when fused", async () => {
    const model = build(detect);
    const x = images();
    for (let i = 0; i < 3; i++) tf.dispose(model.forward(images(i)).raw);
    const plain = await (model.eval().forward(x).decoded as tf.Tensor).data();
    const count = model.namedVariables().size;
    const fused = await ((await fuse(model)).forward(x).decoded as tf.Tensor).data();
    expectClose(fused, plain, { abs: 1e-3 });
    expect(model.namedVariables().size).toBeLessThan(count);
    expect(() => model.train().forward(x)).toThrow("a fused model cannot be trained");
    expect((await fuse(model)).training).toBe(false);
    model.dispose();
  });

  it("comes back from its own state and configuration", async () => {
    const model = build(detect).eval();
    const x = images();
    const contents = {
      tensors: await stateDict(model),
      config: structuredClone(model.config.source),
      names: model.names,
    };
    const again = modelFromCheckpoint(contents, "again.safetensors");
    expect([again.names, again.training, again.anchors]).toEqual([model.names, false, model.anchors]);
    const [a, b] = [model, again].map((m) => m.forward(x).decoded as tf.Tensor) as [tf.Tensor, tf.Tensor];
    expectClose(await b.data(), await a.data(), {});
    model.dispose();
    again.dispose();
  });
});

describe("DetectionModel", () => {
  it("refuses images that do not fit, names that do not, and files without a configuration", () => {
    const model = build("[nc]");
    expect(() => model.forward(tf.zeros([1, 18, 16, 3]))).toThrow(
      "the model accepts images [N, height, width, 3] with sides that are multiples of 4, but got [1, 18, 16, 3]",
    );
    expect(() => new DetectionModel(parseModelConfig(yaml("[nc]")), { names: ["cat"] })).toThrow(
      "1 names for 2 classes",
    );
    expect(() => modelFromCheckpoint({ tensors: new Map() }, "a.pt")).toThrow("a.pt contains weights but no model");
    model.dispose();
  });

  it("starts from the same weights for the same seed", async () => {
    const weight = async (seed: number): Promise<Float32Array> => {
      const model = build("[nc]", seed);
      const values = await (model.namedParameters().get("model.6.cv1.conv.weight") as tf.Variable).data();
      model.dispose();
      return values as Float32Array;
    };
    expect(await weight(3)).toEqual(await weight(3));
    expect(await weight(3)).not.toEqual(await weight(4));
  });
});

describe("initialize", () => {
  it("draws filters within one over the root of the fan-in, norms at one and zero", async () => {
    const conv = new Conv(16, 32, { kernel: 3, groups: 4 });
    initialize(conv, new Random(9));
    const bound = 1 / Math.sqrt(4 * 9);
    const values = (await conv.conv.weight.value.data()) as Float32Array;
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
    expect(Math.abs(deviation / (bound / Math.sqrt(3)) - 1)).toBeLessThan(0.05);
    expect(new Set(await conv.namedParameters().get("bn.weight")?.data())).toEqual(new Set([1]));
    expect(new Set(await conv.namedParameters().get("bn.bias")?.data())).toEqual(new Set([0]));
  });
});

describe("Module", () => {
  it("names the tree as PyTorch does and passes the mode on", () => {
    const module = new C3(4, 4, { repeats: 2 });
    expect([...module.namedModules().keys()].filter((name) => name.startsWith("m"))).toEqual([
      "m",
      ...[0, 1].flatMap((i) => [
        `m.${i}`,
        ...["cv1", "cv2"].flatMap((cv) => ["", ".conv", ".bn", ".act"].map((end) => `m.${i}.${cv}${end}`)),
      ]),
    ]);
    expect([...module.namedBuffers().keys()].slice(0, 2)).toEqual(["cv1.bn.running_mean", "cv1.bn.running_var"]);
    module.eval();
    expect([...module.namedModules().values()].every(({ training }) => !training)).toBe(true);
  });
});
