import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { GradScaler, type GradScalerOptions } from "./grad-scaler.ts";

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

/** The scale after each of these steps: `good`, `bad` (an overflow), or `gather`, a good one that only accumulates. */
async function scales(steps: readonly ("good" | "bad" | "gather")[], options: GradScalerOptions): Promise<number[]> {
  const scaler = new GradScaler(options);
  const found: number[] = [];
  for (const step of steps) {
    tf.tidy(() => scaler.update(tf.scalar(step !== "bad", "bool"), step !== "gather"));
    found.push((await scaler.scale.data())[0] as number);
  }
  scaler.dispose();
  return found;
}

describe("GradScaler", () => {
  it("grows after `interval` good steps in a row, shrinks after an overflow and counts anew", async () => {
    const steps = ["good", "good", "good", "good", "bad", "good", "good", "bad", "good", "good", "good"] as const;
    expect(await scales(steps, { scale: 8, interval: 3 })).toEqual([8, 8, 16, 16, 8, 8, 8, 4, 4, 4, 8]);
  });

  it("counts optimizer steps, not batches that only accumulate; an overflow of these shrinks it too", async () => {
    const steps = ["gather", "good", "gather", "good", "bad"] as const;
    expect(await scales(steps, { scale: 8, interval: 2 })).toEqual([8, 8, 8, 16, 8]);
  });

  it("starts as PyTorch's does, and frees its variables", async () => {
    const before = tf.memory().numTensors;
    expect(await scales([...new Array<"good">(3).fill("good"), "bad"], {})).toEqual([65536, 65536, 65536, 32768]);
    const long = await scales(new Array<"good">(2000).fill("good"), {});
    expect([long.at(-2), long.at(-1)]).toEqual([65536, 131072]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("multiplies a loss and divides gradients by the same", async () => {
    const scaler = new GradScaler({ scale: 1024 });
    const product = scaler.multiply(tf.scalar(3));
    const [share] = scaler.divide([tf.tensor1d([3072, -1024])]);
    expect([...(await product.data())]).toEqual([3072]);
    expect([...(await (share as tf.Tensor).data())]).toEqual([3, -1]);
    scaler.dispose();
  });
});
