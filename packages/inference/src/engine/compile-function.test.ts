import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { compileFunction } from "../index.ts";

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

describe("compileFunction", () => {
  it("computes what the function does, with what it reads as constants", async () => {
    const weight = tf.tensor1d([1, 2, 3]);
    const engine = await compileFunction((x) => tf.relu(tf.mul(x, weight)), { shape: [2, 3], threads: 1 });
    weight.dispose();
    const [output] = await engine.run(Float32Array.of(1, -1, 1, 2, 2, -2), [2, 3]);
    expect(output?.shape).toEqual([2, 3]);
    expect([...(output?.data ?? [])].map((value) => value + 0)).toEqual([1, 0, 3, 2, 4, 0]);
    await engine.dispose();
  });
});
