import { Random } from "@lookonce/random";
import { enterTestDevice, expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { DetectionModel, parseModelConfig, Upsample } from "./index.ts";

// Not on tfjs-backend-cpu: in 4.22 its gradient of nearest resizing is wrong for more than one image.
beforeAll(async () => {
  await enterTestDevice();
});

/** The modules of the shipped models that need no case of their own, both heads, strides 2 and 4. */
const yaml = (head: string): string => `
nc: 2
kpt_shape: [2, 3]
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
  - [[7, 3], 1, ${head}]
`;

/** The heads that read two levels. */
const heads = [
  "Detect, [nc]",
  "Detect, [nc, anchors]",
  "Segment, [nc, 4, 16]",
  "Segment, [nc, anchors, 4, 16]",
  "Pose, [nc, kpt_shape]",
  "OBB, [nc, 1]",
];

/** One layer of each module that no shipped model above has, between a convolution and the head. */
const others = [
  "Focus, [8, 3]",
  "GhostConv, [16, 3, 2]",
  "C3Ghost, [16]",
  "GhostBottleneck, [16, 3, 2]",
  "C3TR, [16]",
  "TransformerBlock, [8, 2, 1]",
  "C2PSA, [16]",
  "PSA, [16]",
  "C2, [16]",
  "C3k2, [16, True]",
  "BottleneckCSP, [16]",
  "SPP, [16, [3, 5]]",
  "C3SPP, [16, [3]]",
  "C3x, [16]",
  "CrossConv, [16, 3, 1, 1, 0.5]",
  "CrossConv, [16, 5, 2, 2]",
  "nn.ZeroPad2d, [[0, 1, 0, 1]]",
  "nn.MaxPool2d, [2]",
  "Expand, [2]",
  "Contract, [2]",
  "DWConv, [16, 3]",
];

const single = (layer: string, head = "Detect, [nc]"): string => `
nc: 2
backbone:
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, ${layer}]
head:
  - [[1], 1, ${head}]
`;

const build = (file: string): DetectionModel => new DetectionModel(parseModelConfig(file), { rng: new Random(3) });

const images = (seed = 1): tf.Tensor4D => {
  const rng = new Random(seed);
  return tf.tensor4d(
    Float32Array.from({ length: 2 * 16 * 8 * 3 }, () => rng.uniform()),
    [2, 16, 8, 3],
  );
};

describe("gradients", () => {
  it.each([
    ...heads.map((head) => ({ part: head, file: yaml(head) })),
    { part: "Classify, [nc]", file: single("Conv, [16, 3]", "Classify, [nc]") },
    ...others.map((layer) => ({ part: layer, file: single(layer) })),
  ])("of $part along a random direction are what finite differences show", async ({ file }) => {
    const model = build(file);
    const x = images();
    const weights = model.forward(x).raw.map(({ shape }, i) => {
      const rng = new Random(20 + i);
      return tf.tensor(
        Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.normal()),
        shape,
      );
    });
    const loss = (): tf.Scalar =>
      tf.addN(
        model.forward(x).raw.map((map, i) => tf.mean(tf.mul(tf.sigmoid(map), weights[i] as tf.Tensor))),
      ) as tf.Scalar;
    const trained = [...model.namedParameters().values()].filter((variable) => variable.trainable);
    const rng = new Random(7);
    const directions = trained.map(({ shape, size }) =>
      tf.tensor(
        Float32Array.from({ length: size }, () => rng.normal()),
        shape,
      ),
    );
    const { grads } = tf.variableGrads(loss, trained);
    const along = directions.map((d, i) => tf.sum(tf.mul(d, grads[(trained[i] as tf.Variable).name] as tf.Tensor)));
    const [analytic] = await tf.addN(along).data();
    const at = async (step: number): Promise<number> => {
      for (const [i, v] of trained.entries()) v.assign(tf.add(v, tf.mul(directions[i] as tf.Tensor, step)));
      const [value] = await loss().data();
      for (const [i, v] of trained.entries()) v.assign(tf.sub(v, tf.mul(directions[i] as tf.Tensor, step)));
      return value as number;
    };
    // At 1e-3 the maxima of pooling already change places.
    const step = 1e-4;
    const numeric = ((await at(step)) - (await at(-step))) / (2 * step);
    expect(Math.abs(numeric)).toBeGreaterThan(1e-3);
    // A loss near 1 is rounded to 6e-8, which the step magnifies to as much as 6e-4.
    expectClose([analytic as number], [numeric], { abs: 1e-3, rel: 5e-3 });
    model.dispose();
  });

  it("of upsampling sum over each block of every image", async () => {
    const dy = tf.tensor4d(
      Array.from({ length: 16 }, (_, i) => i),
      [2, 2, 4, 1],
    );
    const dx = tf.grad((x) => new Upsample(2).forward(x as tf.Tensor4D))(tf.zeros([2, 1, 2, 1]), dy);
    expect(Array.from(await dx.data())).toEqual([10, 18, 42, 50]);
  });
});
