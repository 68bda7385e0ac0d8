import { Random } from "@lookonce/random";
import { enterTestDevice, expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
// After tfjs-core: the file carries a copy of it, and the first engine to be made is the one that is used.
import { describe, expect, it } from "vitest";
import { batchNormEval, batchNormTrain, updateRunning } from "./batch-norm.ts";
import { convBnAct } from "./conv-bn-act.ts";

await enterTestDevice("javascript");

describe("batch normalization", () => {
  const x = tf.tensor4d([1, 10, 2, 20, 3, 30, 6, 40], [1, 2, 2, 2]);
  const affine = { gamma: tf.tensor1d([2, 1]), beta: tf.tensor1d([0.5, 0]) };

  it("normalizes with the batch's biased variance", async () => {
    const { y, mean, variance } = batchNormTrain(x, affine, { eps: 1e-3 });
    expectClose(await mean.data(), [3, 25], { abs: 1e-6 });
    expectClose(await variance.data(), [3.5, 125], { abs: 1e-5 });
    const first = (v: number): number => (2 * (v - 3)) / Math.sqrt(3.501) + 0.5;
    const second = (v: number): number => (v - 25) / Math.sqrt(125.001);
    expectClose(
      await y.data(),
      [first(1), second(10), first(2), second(20), first(3), second(30), first(6), second(40)],
      {
        abs: 1e-5,
      },
    );
  });

  it("moves the running statistics by the momentum, the variance unbiased", async () => {
    const running = { mean: tf.variable(tf.tensor1d([0, 0])), variance: tf.variable(tf.tensor1d([1, 1])) };
    const { mean, variance } = batchNormTrain(x, affine, { eps: 1e-3 });
    const before = tf.memory().numTensors;
    updateRunning(running, { mean, variance }, { momentum: 0.03, count: 4 });
    expect(tf.memory().numTensors).toBe(before);
    expectClose(await running.mean.data(), [0.09, 0.75], { abs: 1e-6 });
    expectClose(await running.variance.data(), [0.97 + (0.03 * 3.5 * 4) / 3, 0.97 + (0.03 * 125 * 4) / 3], {
      abs: 1e-5,
    });
  });

  it("is one factor and one offset per channel in inference", async () => {
    const running = { mean: tf.tensor1d([1, 2]), variance: tf.tensor1d([4, 9]) };
    const y = await batchNormEval(x, affine, { ...running, eps: 0 }).data();
    expectClose(y.slice(0, 2), [0.5, 8 / 3], { abs: 1e-6 });
  });
});

describe("convBnAct", () => {
  it("has the gradients that finite differences show", async () => {
    const rng = new Random(2);
    const draw = (shape: number[]): tf.Tensor =>
      tf.tensor(
        Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.uniform(-1, 1)),
        shape,
      );
    const inputs = [draw([2, 4, 4, 2]), draw([3, 3, 2, 3]), draw([3]), draw([3])];
    const weights = draw([2, 2, 2, 3]);
    const loss = (x: tf.Tensor, filter: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Scalar => {
      const options = {
        gamma: gamma as tf.Tensor1D,
        beta: beta as tf.Tensor1D,
        eps: 1e-3,
        activation: "silu" as const,
        shift: tf.tensor1d([0.1, -0.2, 0.3]),
      };
      const { y } = convBnAct(x as tf.Tensor4D, filter as tf.Tensor4D, { ...options, stride: 2, padding: 1 });
      return tf.sum(tf.mul(y, weights));
    };
    const gradients = tf.grads(loss as (...args: tf.Tensor[]) => tf.Tensor)(inputs);
    const step = 1e-2;
    for (const [i, input] of inputs.entries()) {
      const analytic = await (gradients[i] as tf.Tensor).data();
      for (const at of [0, Math.floor(input.size / 2), input.size - 1]) {
        const shifted = (by: number): Promise<Float32Array> => {
          const values = Float32Array.from(input.dataSync());
          values[at] = (values[at] as number) + by;
          const moved = inputs.map((old, k) => (k === i ? tf.tensor(values, input.shape) : old));
          return loss(...(moved as Parameters<typeof loss>)).data() as Promise<Float32Array>;
        };
        const numeric = ((await shifted(step))[0]! - (await shifted(-step))[0]!) / (2 * step);
        expectClose([analytic[at] as number], [numeric], { abs: 5e-3, rel: 2e-2 });
      }
    }
  });
});
