import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { currentBackend } from "@lookonce/backend-onnxruntime";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it, vi } from "vitest";
import { chooseDevice } from "./choose-device.ts";
import type { DeviceName, DeviceState } from "./device-name.ts";
import { feed, setDevice } from "./index.ts";
import { probe } from "./probe.ts";

function isInstalled(name: string): boolean {
  try {
    return createRequire(import.meta.url).resolve(name) !== "";
  } catch {
    return false;
  }
}

describe("setDevice", () => {
  it("uses cpu, computes there and keeps tensors when called again", async () => {
    expect(await setDevice("cpu", { threads: 1 })).toEqual({
      device: "cpu",
      backend: "onnxruntime",
      reason: "asked for",
    });
    const kept = tf.tensor1d([1, 2]);
    await setDevice("cpu", { threads: 1 });
    expect([...(await tf.add(kept, 1).data())]).toEqual([2, 3]);
  });

  it("bounds the memory of compiled graphs", async () => {
    await setDevice("cpu", { memoryBudget: 2 ** 28 });
    const backend = currentBackend();
    expect(backend?.memoryBudget).toBe(2 ** 28);
    // What names no bound asks for none
    await setDevice("cpu");
    expect(currentBackend()).toBe(backend);
  });

  it("auto works on any machine and says why", async () => {
    const { device, reason } = await setDevice("auto");
    expect(["cpu", "webgpu", "cuda"]).toContain(device);
    expect(reason.length).toBeGreaterThan(10);
    expect(await tf.square(tf.scalar(5)).data()).toEqual(Float32Array.of(25));
    await setDevice("cpu");
  });

  it.skipIf(isInstalled("@tensorflow/tfjs-node-gpu"))(
    "names the install line of TensorFlow's packages and keeps the device from before",
    async () => {
      await setDevice("cpu");
      await expect(setDevice("tensorflow-gpu")).rejects.toMatchObject({
        code: "DEVICE",
        message: expect.stringContaining("npm install @tensorflow/tfjs-node-gpu"),
      });
      expect(tf.getBackend()).toBe("onnxruntime");
    },
  );

  it.each([
    ["webgp", {}, /did you mean "?webgpu/i],
    ["cpu", { threads: 0 }, /threads must be/],
    ["cpu", { memoryBudget: 0.5 }, /memoryBudget must be/],
    ["tensorflow", { threads: 2 }, /TF_NUM_INTRAOP_THREADS/],
  ])("refuses %s %o", async (name, options, message) => {
    await expect(setDevice(name, options)).rejects.toMatchObject({
      code: "ARGUMENT",
      message: expect.stringMatching(message),
    });
  });
});

describe("chooseDevice", () => {
  const machine =
    (times: Partial<Record<DeviceName, number>>) =>
    async (device: DeviceName): Promise<DeviceState> => {
      const milliseconds = times[device];
      return milliseconds === undefined
        ? { device, usable: false, reason: "absent" }
        : { device, usable: true, reason: "here", milliseconds };
    };

  it.each([
    [{ cpu: 20 }, "cpu"],
    [{ cpu: 20, webgpu: 5 }, "webgpu"],
    [{ cpu: 20, webgpu: 5, cuda: 2 }, "cuda"],
    // A software renderer poses as a GPU.
    [{ cpu: 20, webgpu: 900 }, "cpu"],
    [{ cpu: 20, webgpu: 15 }, "cpu"],
  ] as const)("with %o chooses %s", async (times, expected) => {
    expect((await chooseDevice(machine(times))).device).toBe(expected);
  });
});

describe("probe", () => {
  it("finds that cpu works and times it", async () => {
    const state = await probe("cpu");
    expect(state).toMatchObject({ device: "cpu", usable: true });
    expect(state.milliseconds).toBeGreaterThan(0);
  });

  it("says whether TensorFlow is usable, and where it is not installed how to get it", async () => {
    const state = await probe("tensorflow");
    if (isInstalled("@tensorflow/tfjs-node")) return expect(state).toMatchObject({ usable: true });
    expect(state).toMatchObject({
      usable: false,
      reason: expect.stringContaining("npm install @tensorflow/tfjs-node"),
    });
  });

  it("says so when the process ends without a word, as some drivers make it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lookonce-probe-"));
    const file = join(folder, "quiet.cjs");
    writeFileSync(file, "process.exit(3);\n");
    vi.stubEnv("NODE_OPTIONS", `--require ${JSON.stringify(file)}`);
    try {
      const { usable, reason } = await probe("cpu");
      expect(usable).toBe(false);
      expect(reason).toMatch(/^It does not work: it ended without saying why\. Install again/);
    } finally {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    }
  });
});

describe("feed", () => {
  it("does not compile again when the contents change", async () => {
    await setDevice("cpu");
    const run = async (value: number): Promise<number | undefined> => {
      const y = tf.tidy(() => tf.mul(feed([value], []), 3));
      const [result] = await y.data();
      y.dispose();
      return result;
    };
    const before = currentBackend()?.statistics.compiled as number;
    expect([await run(1), await run(2), await run(5)]).toEqual([3, 6, 15]);
    expect(currentBackend()?.statistics.compiled).toBe(before + 1);
  });
});
