import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { differences, useTestDevice, values } from "../test-device.ts";
import { bceWithLogits } from "./bce-with-logits.ts";
import { distributionFocalLoss } from "./dfl.ts";
import { smoothLabels } from "./smooth-labels.ts";

useTestDevice();

describe("bceWithLogits", () => {
  const logits = [-3, -0.5, 0, 0.25, 2, 6];
  const targets = [0, 1, 0.5, 0.3, 0.9, 0];

  it("is −t·log σ − (1 − t)·log(1 − σ)", async () => {
    const expected = logits.map((x, i) => {
      const [p, t] = [1 / (1 + Math.exp(-x)), targets[i]!];
      return -t * Math.log(p) - (1 - t) * Math.log(1 - p);
    });
    const actual = await values(bceWithLogits(tf.tensor1d(logits), tf.tensor1d(targets)));
    expectClose(actual, expected, { abs: 1e-6, rel: 1e-5 });
  });

  it("has the gradient that differences show", async () => {
    const f = (x: tf.Tensor) => tf.sum(tf.mul(bceWithLogits(x, tf.tensor1d(targets)), tf.range(1, 7)));
    const expected = await differences(f, { point: logits, shape: [6], step: 0.02 });
    expectClose(await values(tf.grad(f)(tf.tensor1d(logits))), expected, { abs: 2e-3 });
  });

  it("counts objects more with a positive weight", async () => {
    const expected = logits.map((x, i) => {
      const [p, t] = [1 / (1 + Math.exp(-x)), targets[i]!];
      return -2.5 * t * Math.log(p) - (1 - t) * Math.log(1 - p);
    });
    const loss = (x: tf.Tensor) => bceWithLogits(x, tf.tensor1d(targets), { positiveWeight: 2.5 });
    expectClose(await values(loss(tf.tensor1d(logits))), expected, { abs: 1e-6, rel: 1e-5 });
    const f = (x: tf.Tensor) => tf.sum(tf.mul(loss(x), tf.range(1, 7)));
    const slopes = await differences(f, { point: logits, shape: [6], step: 0.02 });
    expectClose(await values(tf.grad(f)(tf.tensor1d(logits))), slopes, { abs: 4e-3 });
    const far = tf.tensor1d([1e4, -1e4, 1e4, -1e4]);
    const t = tf.tensor1d([1, 0, 0, 1]);
    expect([...(await values(bceWithLogits(far, t, { positiveWeight: 2 })))]).toEqual([0, 0, 1e4, 2e4]);
  });

  it("sums with the same gradient", async () => {
    const [x, t] = [tf.tensor1d(logits), tf.tensor1d(targets)];
    const sum = tf.valueAndGrad((z) => tf.mul(bceWithLogits(z, t, { reduction: "sum" }), 3))(x);
    const each = tf.valueAndGrad((z) => tf.mul(tf.sum(bceWithLogits(z, t)), 3))(x);
    expectClose(await values(sum.value), await values(each.value), { rel: 1e-6 });
    expectClose(await values(sum.grad), await values(each.grad), { rel: 1e-6 });
  });

  it("stays exact and finite far out", async () => {
    const [x, t] = [tf.tensor1d([1e4, 1e4, -1e4, -1e4]), tf.tensor1d([1, 0, 1, 0])];
    const { value, grad } = tf.valueAndGrad((z) => tf.sum(bceWithLogits(z, t)))(x);
    expect([...(await values(bceWithLogits(x, t)))]).toEqual([0, 1e4, 1e4, 0]);
    expect([...(await values(value))]).toEqual([2e4]);
    expectClose(await values(grad), [0, 1, -1, 0], { abs: 0 });
  });
});

describe("smoothLabels", () => {
  it("is one-hot without smoothing, and leaves half of ε to every class with it", async () => {
    const labels = tf.tensor1d([2, 0], "int32");
    expect([...(await values(smoothLabels(labels, 3)))]).toEqual([0, 0, 1, 1, 0, 0]);
    const smooth = await values(smoothLabels(labels, 3, 0.1));
    expectClose(smooth, [0.05, 0.05, 0.95, 0.95, 0.05, 0.05], { abs: 1e-7 });
    expect([...(await values(smoothLabels(labels, 1)))]).toEqual([0, 1]);
  });
});

describe("distributionFocalLoss", () => {
  const logits = [0.3, -1, 2, 0.7, 1, 0, -0.5, 0.2, 1.5, -2];

  it("is the cross-entropy against the two nearest bins", async () => {
    const target = 2.75;
    const row = logits.slice(0, 5);
    const sum = row.reduce((s, x) => s + Math.exp(x), 0);
    const logP = row.map((x) => x - Math.log(sum));
    const expected = -0.25 * logP[2]! - 0.75 * logP[3]!;
    const actual = await values(distributionFocalLoss(tf.tensor1d(row), tf.scalar(target)));
    expectClose(actual, [expected], { abs: 1e-6 });
  });

  it("has the gradient that differences show", async () => {
    const targets = tf.tensor1d([3, 0.4]);
    const f = (x: tf.Tensor) => tf.sum(tf.mul(distributionFocalLoss(x, targets), tf.tensor1d([1, -2])));
    const expected = await differences(f, { point: logits, shape: [2, 5], step: 0.02 });
    expectClose(await values(tf.grad(f)(tf.tensor2d(logits, [2, 5]))), expected, { abs: 1e-3 });
  });

  it("stays finite far out", async () => {
    const x = tf.tensor2d([
      [1e4, -1e4, 0],
      [-1e4, -1e4, -1e4],
    ]);
    const loss = (z: tf.Tensor) => distributionFocalLoss(z, tf.tensor1d([1, 0.5]));
    expectClose(await values(loss(x)), [2e4, Math.log(3)], { rel: 1e-6 });
    const gradient = await values(tf.grad((z) => tf.sum(loss(z)))(x));
    expectClose(gradient, [1, -1, 0, 1 / 3 - 0.5, 1 / 3 - 0.5, 1 / 3], { abs: 1e-6 });
  });
});
