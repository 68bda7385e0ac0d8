import { Random } from "@lookonce/random";
import { enterTestDevice, expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { type BatchNormResult, batchNormTrain, updateRunning, type WholeBatch } from "./batch-norm.ts";
import { convBnAct } from "./conv-bn-act.ts";

beforeAll(async () => {
  await enterTestDevice();
});

const rng = new Random(5);
const draw = (shape: number[], mean = 0): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => mean + rng.uniform(-1, 1)),
    shape,
  );

type Layer = (inputs: tf.Tensor[], whole?: WholeBatch) => BatchNormResult;

const affineOf = ([gamma, beta]: tf.Tensor[]) => ({ gamma: gamma as tf.Tensor1D, beta: beta as tf.Tensor1D });
const shift = () => tf.tensor1d([0.1, 3, -0.2]);
const layers: Record<string, Layer> = {
  batchNormTrain: ([x, ...affine], whole) =>
    batchNormTrain(x as tf.Tensor4D, affineOf(affine), { eps: 1e-3, whole, shift: shift() }),
  convBnAct([x, gamma, beta, filter], whole) {
    const options = { ...affineOf([gamma!, beta!]), eps: 1e-3, activation: "silu" as const, shift: shift(), whole };
    return convBnAct(x as tf.Tensor4D, filter as tf.Tensor4D, { ...options, stride: 1, padding: 1 });
  },
};

describe.each(Object.entries(layers))("%s with a batch that ranks share", (name, layer) => {
  const drawOthers = () => [[3], [3], ...(name === "convBnAct" ? [[3, 3, 3, 3]] : [])].map((shape) => draw(shape));

  it("is on two ranks of the same images what it is on one of them twice, and gradients are halves", async () => {
    const [half, seen] = [draw([2, 3, 3, 3], 2), draw([2, 3, 3, 3])];
    const others = drawOthers();
    const whole: WholeBatch = { images: tf.scalar(4), weight: tf.scalar(1), sum: doubled };
    const evaluate = async (x: tf.Tensor, weights: tf.Tensor, part?: WholeBatch) => {
      const { mean, variance, y } = layer([x, ...others], part);
      const loss = (...inputs: tf.Tensor[]) => tf.sum(tf.mul(layer(inputs, part).y, weights));
      const gradients = tf.grads(loss)([x, ...others]);
      return Promise.all([y, mean, variance, ...gradients].map(async (tensor) => [...(await tensor.data())]));
    };
    const own = await evaluate(half, seen, whole);
    const all = await evaluate(tf.concat([half, half]), tf.concat([seen, seen]));
    const factors = [1, 1, 1, 1, 2, 2, 2];
    for (const [i, values] of own.entries()) {
      // Of images the whole has twice as many.
      const expected = all[i]!.slice(0, values.length);
      expectClose(
        values.map((value) => value * factors[i]!),
        expected,
        { abs: 2e-5, rel: 1e-4 },
      );
    }
  });

  it("does not count images that fill up, and computes no gradient of the statistics for them", async () => {
    const [x, ...others] = [draw([1, 3, 3, 3]), ...drawOthers()];
    // What the other rank's four images add up to.
    const other = tf.tensor1d([36, 72, 0, 72, 144, 36]);
    const whole: WholeBatch = { images: tf.scalar(4), weight: tf.scalar(0), sum: (sums) => tf.add(sums, other) };
    const { mean, variance } = layer([x!, ...others], whole);
    expectClose(await tf.sub(mean, shift()).data(), [1, 2, 0], { abs: 1e-5 });
    expectClose(await variance.data(), [1, 0, 1], { abs: 1e-5 });
    const zeros = tf.zeros([1, 3, 3, 3]);
    const [dx] = tf.grads((...inputs: tf.Tensor[]) => tf.sum(tf.mul(layer(inputs, whole).y, zeros)))([x!, ...others]);
    expect([...(await dx!.data())].every((value) => value === 0)).toBe(true);
  });
});

it("updateRunning uses the variance without bias of as many values as all ranks have", async () => {
  const running = { mean: tf.variable(tf.zeros([1])), variance: tf.variable(tf.zeros([1])) };
  updateRunning(
    running,
    { mean: tf.tensor1d([2]), variance: tf.tensor1d([3]) },
    { momentum: 0.5, count: tf.scalar(4) },
  );
  expectClose([...(await running.mean.data()), ...(await running.variance.data())], [1, 2], { abs: 1e-6 });
});

/** The sum over two ranks that have the same. */
function doubled(x: tf.Tensor1D): tf.Tensor1D {
  return tf.mul(x, 2);
}
