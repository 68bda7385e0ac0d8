import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { differences, useTestDevice, values } from "../test-device.ts";
import { LevelBalance } from "./level-balance.ts";

useTestDevice();

const strides = [8, 16, 32];

describe("LevelBalance", () => {
  it("has YOLOv5's fixed weights, or those given", async () => {
    expectClose(await values(new LevelBalance({ strides }).weights()), [4, 1, 0.4], { rel: 1e-6 });
    const four = new LevelBalance({ strides: [...strides, 64] });
    expectClose(await values(four.weights()), [4, 1, 0.25, 0.06], { rel: 1e-6 });
    expect([four.parameters.size, four.state.size]).toEqual([0, 0]);
    const own = new LevelBalance({ strides: [8, 16], weights: [2, 3] });
    own.observe(tf.tensor1d([1, 2]));
    expectClose(await values(own.weights()), [2, 3], { abs: 0 });
  });

  it("follows the inverse of the losses on its own, level 16 staying at 1", async () => {
    const balance = new LevelBalance({ strides, mode: "auto" });
    const losses = tf.tensor1d([0.5, 0.25, 0.125]);
    balance.observe(losses);
    const raw = [4 * 0.9999 + 0.0001 / 0.5, 0.9999 + 0.0001 / 0.25, 0.4 * 0.9999 + 0.0001 / 0.125];
    const expected = raw.map((weight) => weight / raw[1]!);
    expectClose(await values(balance.weights()), expected, { rel: 1e-6 });
    expect([...balance.state.keys()]).toEqual(["balance"]);
    expect(balance.parameters.size).toBe(0);
    balance.dispose();
  });

  it("stays finite on its own when a level has no loss at all", async () => {
    const balance = new LevelBalance({ strides, mode: "auto" });
    for (let k = 0; k < 20; k++) balance.observe(tf.tensor1d([0, 1e4, 0]));
    expect([...(await values(balance.weights()))].every((weight) => Number.isFinite(weight) && weight > 0)).toBe(true);
  });

  it("starts from the fixed weights when it learns, and keeps their sum and the floor wherever it goes", async () => {
    const balance = new LevelBalance({ strides, mode: "learned", floor: 0.2 });
    expectClose(await values(balance.weights()), [4, 1, 0.4], { rel: 1e-6 });
    const variable = balance.parameters.get("balance")!;
    expect([variable.trainable, balance.state.size]).toEqual([true, 0]);
    for (const moved of [
      [1, -2, 0.5],
      [-100, 0, 100],
    ]) {
      variable.assign(tf.tensor1d(moved));
      const weights = [...(await values(balance.weights()))];
      expectClose([weights.reduce((a, b) => a + b, 0)], [5.4], { rel: 1e-6 });
      weights.forEach((weight, level) => {
        expect(weight).toBeGreaterThanOrEqual(0.2 * [4, 1, 0.4][level]! * (1 - 1e-6));
      });
    }
    balance.dispose();
  });

  it("has the gradient that differences show", async () => {
    const balance = new LevelBalance({ strides, mode: "learned" });
    const variable = balance.parameters.get("balance")!;
    const loss = () => tf.sum(tf.mul(balance.weights(), tf.tensor1d([0.3, 0.7, 0.2])));
    const point = [0.4, -0.3, 0.1];
    const f = (x: tf.Tensor) => {
      variable.assign(x);
      return loss();
    };
    const expected = await differences(f, { point, shape: [3], step: 0.01 });
    variable.assign(tf.tensor1d(point));
    const { grads } = tf.variableGrads(() => loss() as tf.Scalar, [variable]);
    expectClose(await values(grads[variable.name]!), expected, { abs: 1e-4, rel: 1e-3 });
    balance.dispose();
  });

  it("says what does not fit", () => {
    expect(() => new LevelBalance({ strides: [8, 32], mode: "auto" })).toThrow(/stride 16.*\[8,32\]/);
    expect(() => new LevelBalance({ strides: [8, 16], weights: [1] })).toThrow(/each of 2 levels.*\[1\]/);
    expect(() => new LevelBalance({ strides: [8, 16], weights: [1, 0] })).toThrow(/above 0/);
    expect(() => new LevelBalance({ strides, floor: 1.5 })).toThrow(/floor.*1\.5/);
    expect(() => new LevelBalance({ strides: [4, 8, 16, 32, 64, 128] })).toThrow(/6 levels/);
  });
});
