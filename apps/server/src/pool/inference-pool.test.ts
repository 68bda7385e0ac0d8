import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { pngFile } from "../test-png.ts";
import { childProcesses, temporaryFolder, writeTinyWeights } from "../test-service.ts";
import { InferencePool, type InferencePoolOptions, type SubmittedImage } from "./inference-pool.ts";
import type { FoundImage } from "./inference-tasks.ts";

const tiny = `${temporaryFolder()}/tiny.safetensors`;
await writeTinyWeights(tiny);

async function makePool(options: Partial<InferencePoolOptions> = {}): Promise<InferencePool> {
  const pool = new InferencePool({
    ...{ workers: 1, batch: 4, window: 100, maxPixels: 1e6, maxWaiting: 100, batchTimeoutMs: 60_000 },
    worker: { rect: true, nms: true, threads: 1, maxPixels: 1e6 },
    ...options,
  });
  afterAll(() => pool.stop());
  await pool.load("tiny", tiny, 64);
  return pool;
}

const file = pngFile({ width: 64, height: 64 });
const image: SubmittedImage = { content: file, options: { conf: 0 }, pixels: 4096, shape: "64x64" };
const request = (signal = new AbortController().signal): Parameters<InferencePool["submit"]>[1] => ({
  ...{ model: "tiny", imgsz: 64, nms: true, signal },
});

describe("InferencePool", async () => {
  const sizes: number[] = [];
  const pool = await makePool({ onBatch: ({ size }) => sizes.push(size) });

  it("starts an image that comes alone at once, and batches those that come meanwhile", async () => {
    sizes.length = 0;
    const all = await Promise.all(Array.from({ length: 6 }, () => pool.submit([image], request())));
    expect(sizes).toEqual([1, 4, 1]);
    for (const { answers } of all) expect(answers[0]).toMatchObject({ width: 64, height: 64 });
  });

  it("detects in each image as alone, whatever shares a batch with it", async () => {
    const options = [{ conf: 0, maxDet: 1 }, { conf: 0, maxDet: 7 }, { conf: 0, classes: [2] }, { conf: 0.99 }];
    const images = options.map((each) => ({ ...image, options: each }));
    sizes.length = 0;
    const { answers } = await pool.submit(images, request());
    expect(sizes).toEqual([4]);
    const found = answers.map((answer) => ("boxes" in answer ? answer.boxes : []));
    expect([found[0]?.length, found[1]?.length, found[3]?.length]).toEqual([1, 7, 0]);
    expect(new Set(found[2]?.map(({ class: number }) => number))).toEqual(new Set([2]));
    expect(found[1]?.[0]).toEqual(found[0]?.[0]);
  });

  it("drops images that nobody waits for any more", async () => {
    sizes.length = 0;
    const controller = new AbortController();
    const first = pool.submit([image], request());
    const dropped = pool.submit([image, image], request(controller.signal));
    const kept = pool.submit([image], request());
    controller.abort(new Error("gone"));
    await expect(dropped).rejects.toThrow("gone");
    await Promise.all([first, kept]);
    expect(sizes).toEqual([1, 1]);
    await expect(pool.submit([image], request(controller.signal))).rejects.toThrow("gone");
  });

  it("estimates how the camera moved since another frame, where that is asked", async () => {
    const size = { width: 320, height: 240 };
    const view = (shift: number) => ({
      ...size,
      // Tiles in different grays
      data: Uint8Array.from({ length: 3 * size.width * size.height }, (_, i) => {
        const [x, y] = [(Math.trunc(i / 3) % size.width) + shift, Math.trunc(i / 3 / size.width)];
        return (Math.trunc(x / 20) * 53 + Math.trunc(y / 20) * 101) % 256;
      }),
    });
    const sent = (shift: number, motion: object) => ({ ...image, content: view(shift), motion });
    const first = await pool.submit([sent(0, {})], request());
    const { motion } = first.answers[0] as FoundImage;
    expect(motion?.warp).toBeUndefined();
    const second = await pool.submit([sent(6, { before: motion?.gray }), image], request());
    const [warp, none] = second.answers.map((answer) => (answer as FoundImage).motion?.warp);
    expect(Array.from(warp ?? [], (value) => Math.round(100 * value) / 100 + 0)).toEqual([1, 0, -6, 0, 1, 0]);
    expect(none).toBeUndefined();
  });

  it("reports damaged images among whole ones", async () => {
    const damaged = { ...image, content: file.subarray(0, 60) };
    const { answers } = await pool.submit([image, damaged], request());
    expect(answers).toMatchObject([{ width: 64 }, { error: { code: "FORMAT" } }]);
  });

  it("reports what is wrong with a model, and continues with the others", async () => {
    await expect(pool.load("none", "missing.safetensors", 64)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await pool.submit([image], request())).answers).toHaveLength(1);
    await pool.unload("tiny");
    expect(await pool.load("tiny", tiny, 64)).toMatchObject({ family: "v8", names: ["cat", "dog", "bird"] });
  });
});

describe("an InferencePool whose queue is full", () => {
  it("refuses all of a request or nothing, and reports when to try again", async () => {
    const pool = await makePool({ maxWaiting: 8, batch: 64, window: 500 });
    const first = pool.submit([image], request());
    const second = pool.submit(Array(6).fill(image), request());
    await expect(pool.submit(Array(3).fill(image), request())).rejects.toMatchObject({
      ...{ statusCode: 503, code: "QUEUE_FULL", retryAfter: expect.any(Number) },
      message: expect.stringMatching(/\(8 images waiting\); try again in \d+ seconds?\.$/),
    });
    expect(pool.waiting).toBe(6);
    expect((await pool.submit(Array(2).fill(image), request())).answers).toHaveLength(2);
    expect([(await first).answers.length, (await second).answers.length]).toEqual([1, 6]);
    await pool.stop();
  });
});

describe.runIf(process.platform === "linux")("an InferencePool that loses workers", async () => {
  const causes: string[] = [];
  const before = childProcesses();
  const pool = await makePool({ workers: 2, batch: 2, window: 0, onWorkerLost: ({ message }) => causes.push(message) });

  it("replaces them, and tries what they had once more: no request notices", async () => {
    const work = Array.from({ length: 40 }, () => pool.submit([image], request()));
    // By the time that the second is answered, a worker runs one batch and has another behind it
    await work[1];
    const [worker] = childProcesses().filter((pid) => !before.includes(pid)) as [number];
    process.kill(worker, "SIGKILL");
    for (const { answers } of await Promise.all(work)) expect(answers).toMatchObject([{ width: 64 }]);
    expect(causes).toEqual(["it was ended by SIGKILL"]);
    await expect.poll(() => pool.workers, { timeout: 30_000 }).toEqual({ up: 2, all: 2 });
  });
});

describe("an InferencePool with a worker that hangs", () => {
  it("kills it, tries its image alone, and refuses one that does it again", async () => {
    const causes: string[] = [];
    const pool = await makePool({ batchTimeoutMs: 20, onWorkerLost: ({ message }) => causes.push(message) });
    // A size that is compiled first, which lasts longer than 20 milliseconds
    const { answers } = await pool.submit([image], { ...request(), imgsz: 1280 });
    const message = /another one did with this image alone: it did not answer within 20 ms\./;
    const refusal = { error: { code: "DATA", message: expect.stringMatching(message) } };
    expect(answers).toMatchObject([refusal]);
    expect(causes).toHaveLength(2);
    await pool.stop();
  });

  it.runIf(process.platform === "linux")("kills it where it does not free a model", async () => {
    const before = childProcesses();
    const causes: string[] = [];
    const pool = await makePool({ onWorkerLost: ({ message }) => causes.push(message) });
    for (const pid of childProcesses()) if (!before.includes(pid)) process.kill(pid, "SIGSTOP");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const unloaded = pool.unload("tiny");
    await vi.advanceTimersByTimeAsync(300_000);
    vi.useRealTimers();
    await unloaded;
    expect(causes).toEqual(["it did not answer within 300000 ms"]);
    await pool.stop();
  });

  it.runIf(process.platform === "linux")("frees its place when nobody waits for its images any more", async () => {
    const before = childProcesses();
    const pool = await makePool();
    for (const pid of childProcesses()) if (!before.includes(pid)) process.kill(pid, "SIGSTOP");
    const control = new AbortController();
    const stuck = pool.submit([image], request(control.signal));
    control.abort(new Error("gone"));
    await expect(stuck).rejects.toThrow("gone");
    // Waits until no batch is in progress, and then for a worker
    const unloaded = pool.unload("tiny");
    await pool.stop();
    await unloaded;
  });
});
