import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { LookonceError } from "@lookonce/errors";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import { choosePrecision, comparePrecisions, type PrecisionTimes } from "./choose-precision.ts";

async function use(provider: string): Promise<void> {
  // A backend is made without its device: only a graph would need that.
  await registerOnnxRuntime({ name: provider, executionProviders: [provider] });
  await tf.setBackend(provider);
}

beforeEach(() => use("cpu"));

/** Measurements of a device. */
const measured =
  (half: number, single: number, agrees = true) =>
  (): Promise<PrecisionTimes> =>
    Promise.resolve({ half, single, agrees });

describe("choosePrecision", () => {
  it("is single on a processor, by default, and measures nothing", async () => {
    const never = (): Promise<never> => Promise.reject(new Error("tried"));
    expect(await choosePrecision(undefined, never)).toEqual({ amp: false });
    expect(await choosePrecision(true, never)).toEqual({ amp: true });
    expect(await choosePrecision(false, never)).toEqual({ amp: false });
  });

  it.each(["webgpu", "cuda"])(
    "is mixed on %s where that is faster and right, with the reason in one line",
    async (gpu) => {
      await use(gpu);
      expect(await choosePrecision(undefined, measured(1, 3))).toEqual({
        amp: true,
        line: "mixed precision is on: convolutions took 1.0 ms in half and 3.0 ms in single precision",
      });
      const slow = await choosePrecision(undefined, measured(2.9, 3));
      expect(slow).toMatchObject({ amp: false, line: expect.stringMatching(/^mixed precision is off: .* 2\.9 ms/) });
      const wrong = await choosePrecision(undefined, measured(1, 3, false));
      expect(wrong).toMatchObject({ amp: false, line: expect.stringMatching(/numbers are wrong/) });
      const missing = (): Promise<never> => Promise.reject(new LookonceError("DEVICE", "no shader-f16"));
      expect(await choosePrecision(undefined, missing)).toMatchObject({
        amp: false,
        line: "mixed precision is off: this device does not compute it (no shader-f16)",
      });
      expect(await choosePrecision(false, missing)).toEqual({ amp: false });
    },
  );

  it("refuses what TensorFlow.js's own backends cannot do", async () => {
    tf.registerBackend("other", () => new tf.KernelBackend());
    await tf.setBackend("other");
    expect(await choosePrecision()).toEqual({ amp: false });
    await expect(choosePrecision(true)).rejects.toThrow(/not for the backend "other": leave amp out/);
  });
});

describe("comparePrecisions", () => {
  it("times both on the device there is, whose results agree", async () => {
    const tensors = tf.memory().numTensors;
    const { half, single, agrees } = await comparePrecisions();
    expect(agrees).toBe(true);
    expect(Math.min(half, single)).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});
