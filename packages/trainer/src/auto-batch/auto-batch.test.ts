import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { stateDict } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { tinyModel } from "../test-tiny-model.ts";
import { autoBatch } from "./auto-batch.ts";
import { hostMemory, type MemoryMeter, meterFor, nvidiaMemory } from "./memory-meter.ts";

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

/** A meter of steps that take 100 bytes and 10 an image; batches are tried in this order, the first one twice. */
function scripted(free: number): MemoryMeter {
  const readings = [1, 1, 2, 4, 8, 16, 32, 64, 128, 256].flatMap((batch) => {
    const update = 100 + 10 * batch;
    return [0, update, 2 * update];
  });
  return { name: "memory", free: async () => free, used: async () => readings.shift() as number };
}

describe("autoBatch", () => {
  it("fills the given share of free memory, after steps that fit for sure", async () => {
    const model = tinyModel({ family: "v5" });
    const options = { imgsz: 64, objects: 3, recipe: { nbs: 1024 } };
    // 60 % of 900 bytes: two graphs of 100 + 10 · batch bytes each fit up to 17 images.
    const { batch, measured, free, line } = await autoBatch(model, { ...options, meter: scripted(900) });
    expect([batch, free]).toEqual([16, 900]);
    // One of 4 takes 280 bytes; one of 8 would not be sure to fit.
    expect(measured.map((one) => [one.batch, one.update, one.both])).toEqual([
      [1, 110, 220],
      [2, 120, 240],
      [4, 140, 280],
    ]);
    expect(line).toMatch(
      /^batch 16 fits into .* GiB of the .* GiB of memory that are free \(steps of 1: .*, 4: .* GiB\)$/,
    );
    model.dispose();
  });

  it("leaves model and tensors as they were", async () => {
    const model = tinyModel({ family: "v5" });
    model.freeze("model.0.");
    const before = { state: await stateDict(model), tensors: tf.memory().numTensors, trained: model.training };
    const frozen = [...model.namedParameters()].map(([path, { trainable }]) => [path, trainable]);
    const settings = { imgsz: 64, objects: 3, freeze: 2, amp: true };
    const little = await autoBatch(model, { ...settings, meter: scripted(10) });
    expect(little).toMatchObject({ batch: 1, line: expect.stringMatching(/smallest, and does not fit/) });
    expect(little.measured).toHaveLength(2);
    expect(await stateDict(model)).toEqual(before.state);
    expect(tf.memory().numTensors).toBe(before.tensors);
    expect(model.training).toBe(before.trained);
    expect([...model.namedParameters()].map(([path, { trainable }]) => [path, trainable])).toEqual(frozen);
    model.dispose();
  });

  it("sees a step's memory grow with its batch on this machine", async () => {
    const model = tinyModel({ family: "v5" });
    const { batch, measured } = await autoBatch(model, { imgsz: 640, objects: 3, limit: 4 });
    expect(batch).toBe(4);
    const [first, last] = [measured[0], measured.at(-1)];
    expect(last?.batch).toBe(4);
    // Eight channels at half of the images' side, of single precision, are 3.3 MB an image, and there are more.
    expect((last?.update ?? 0) - (first?.update ?? 0)).toBeGreaterThan(3 * 3.3e6);
    model.dispose();
  });

  it("refuses a backend whose memory it does not know", async () => {
    const model = tinyModel({ family: "v5" });
    tf.registerBackend("other", () => new tf.KernelBackend());
    await tf.setBackend("other");
    await expect(autoBatch(model)).rejects.toMatchObject({ code: "DEVICE", message: expect.stringMatching(/"other"/) });
    await tf.setBackend("onnxruntime");
    model.dispose();
  });
});

describe("memory meters", () => {
  it("read the process's memory", async () => {
    const [free, used] = [await hostMemory.free(), await hostMemory.used()];
    expect(used).toBeGreaterThan(2 ** 20);
    expect(free).toBeGreaterThan(2 ** 20);
    const tensors = new Uint8Array(64 * 2 ** 20).fill(1);
    expect((await hostMemory.used()) - used).toBeGreaterThan(0.75 * tensors.length);
  });

  it("read what nvidia-smi prints", async () => {
    const meter = nvidiaMemory(async () => "1024, 16384\n");
    expect([await meter.used(), await meter.free()]).toEqual([2 ** 30, 15 * 2 ** 30]);
    await expect(nvidiaMemory(async () => "[N/A], [N/A]\n").used()).rejects.toThrow("no sizes");
  });

  it("are chosen by the device, or say why none can be", async () => {
    expect(await meterFor("cpu")).toBe(hostMemory);
    const gpu = nvidiaMemory(async () => "1, 2");
    expect(await meterFor("cuda", gpu)).toBe(gpu);
    const missing = nvidiaMemory(() => Promise.reject(new Error("spawn nvidia-smi ENOENT")));
    await expect(meterFor("webgpu", missing)).rejects.toMatchObject({
      code: "DEVICE",
      message: expect.stringMatching(/webgpu.*ENOENT.*set the batch to a number/),
    });
  });
});
