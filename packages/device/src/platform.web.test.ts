import * as tf from "@tensorflow/tfjs-core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { devices, loadTensorFlow, probe } from "./platform.web.ts";

describe("devices of a page", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("are WebAssembly and the graphics card", async () => {
    const usable = Object.values(devices).filter(({ providers }) => providers !== undefined);
    expect(usable.map(({ backend }) => backend)).toEqual(["onnxruntime", "onnxruntime-webgpu"]);
    for (const device of ["cuda", "tensorflow", "tensorflow-gpu"] as const) {
      expect(await probe(device)).toMatchObject({ device, usable: false, reason: expect.stringContaining("use Node") });
    }
    await expect(loadTensorFlow()).rejects.toMatchObject({ code: "DEVICE" });
  });

  it("compute and are timed", async () => {
    expect(await probe("cpu")).toMatchObject({ usable: true, milliseconds: expect.any(Number) });
    expect(tf.getBackend()).toBe("onnxruntime");
  });

  it.each([
    ["no WebGPU", {}],
    ["no graphics card", { gpu: { requestAdapter: async () => null } }],
  ])("say what to do where there is %s", async (_, navigator) => {
    vi.stubGlobal("navigator", navigator);
    expect(await probe("webgpu")).toMatchObject({
      usable: false,
      reason: expect.stringContaining("cpu works elsewhere"),
    });
  });
});
