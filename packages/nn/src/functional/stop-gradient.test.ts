import { enterTestDevice } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { stopGradient } from "./stop-gradient.ts";

await enterTestDevice("javascript");

describe("stopGradient", () => {
  it("keeps values, shape and type", async () => {
    const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3], "int32");
    const y = stopGradient(x);
    expect(y.shape).toEqual([2, 3]);
    expect(y.dtype).toBe("int32");
    expect([...(await y.data())]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("lets the gradient through one factor of x · x only", async () => {
    const gradient = tf.grad((x) => tf.sum(tf.mul(x, stopGradient(x))));
    expect([...(await gradient(tf.tensor1d([3, -4])).data())]).toEqual([3, -4]);
  });

  it("leaves no path for autodiff", () => {
    expect(() => tf.grad((x) => tf.sum(stopGradient(x)))(tf.tensor1d([1]))).toThrow(/gradient/i);
  });

  it("leaves no tensor behind", () => {
    const x = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    stopGradient(x).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
