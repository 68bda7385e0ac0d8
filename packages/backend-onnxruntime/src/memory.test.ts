import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { currentBackend, flush, registerOnnxRuntime } from "./index.ts";

beforeAll(async () => {
  await registerOnnxRuntime({ threads: 1 });
  await tf.setBackend("onnxruntime");
});

describe("a training loop of 200 steps", () => {
  it("keeps its memory flat and compiles nothing after the first steps", async () => {
    const w = tf.variable(tf.randomNormal([3, 3, 8, 16], 0, 0.1, "float32", 1) as tf.Tensor4D);
    const momentum = tf.variable(tf.zerosLike(w));
    const rate = tf.variable(tf.scalar(0.1));
    const size = 2 * 64 * 64 * 8;
    const step = async (i: number): Promise<number> => {
      const loss = tf.tidy(() => {
        const x = tf.tensor4d(
          Float32Array.from({ length: size }, (_, k) => Math.sin(k * 0.37 + i)),
          [2, 64, 64, 8],
        );
        rate.assign(tf.scalar(0.1 / (1 + i)));
        const { value, grads } = tf.variableGrads(
          () =>
            tf.mean(tf.square(tf.sub(tf.maxPool(tf.relu(tf.conv2d(x, w, 2, "same")), 2, 2, "same"), 0.5))) as tf.Scalar,
          [w],
        );
        momentum.assign(tf.add(tf.mul(momentum, 0.9), grads[w.name]!) as tf.Tensor4D);
        w.assign(tf.sub(w, tf.mul(momentum, rate)) as tf.Tensor4D);
        return value;
      });
      await flush();
      const [value] = await loss.data();
      loss.dispose();
      return value!;
    };
    const losses: number[] = [];
    for (let i = 0; i < 30; i++) losses.push(await step(i));
    const { numTensors, numBytes, numDataBuffers } = tf.memory();
    const { compiled } = currentBackend()!.statistics;
    const before = process.memoryUsage().rss;
    for (let i = 30; i < 230; i++) {
      losses.push(await step(i));
      const now = tf.memory();
      expect([now.numTensors, now.numBytes, now.numDataBuffers]).toEqual([numTensors, numBytes, numDataBuffers]);
    }
    expect(currentBackend()!.statistics.compiled).toBe(compiled);
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    // A step's input alone takes 256 KiB: 200 steps that kept it would need 50 MiB, and several times that with the rest.
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 2 ** 20);
  });
});
