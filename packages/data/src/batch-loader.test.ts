import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { familySettings } from "@lookonce/config";
import { blankImage, writeImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { describeGolden, expectClose, goldenJson, goldenTensors, hasShared, sharedPath } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Batch, BatchLoader, type BatchLoaderOptions, Dataset, padTargets, targetBucket } from "./index.ts";
import { brief } from "./loader/test-images.ts";

const count = 11;
let folder: string;
let yaml: string;

/** Images whose gray is 20 times their number; number n has n objects. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-loader-"));
  await mkdir(join(folder, "labels"));
  for (let n = 0; n < count; n++) {
    const name = String(n).padStart(2, "0");
    await writeImage(join(folder, "images", `${name}.png`), blankImage({ width: 40 + n, height: 30 }, 20 * n));
    const rows = Array.from({ length: n }, (_, k) => `${k % 3} 0.5 0.5 0.5 ${0.1 + k / 100}\n`);
    await writeFile(join(folder, "labels", `${name}.txt`), rows.join(""));
  }
  yaml = join(folder, "data.yaml");
  await writeFile(yaml, "train: images\nval: images\nnames: [a, b, c]\n");
});
afterAll(() => rm(folder, { recursive: true }));

const open = (): Promise<Dataset> => Dataset.open({ yaml, split: "train" });

async function epoch(dataset: Dataset, options: Partial<BatchLoaderOptions>, number = 0): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of new BatchLoader(dataset, { batch: 4, imgsz: 64, ...options }).batches(number)) {
    batches.push(batch);
  }
  return batches;
}

const order = (batches: Batch[]): number[] => batches.flatMap(({ samples }) => samples.map(({ index }) => index));

describe("targetBucket", () => {
  it("grows in few steps", () => {
    const counts = [0, 1, 16, 17, 64, 65, 257, 513, 1025];
    expect(counts.map(targetBucket)).toEqual([16, 16, 16, 64, 64, 256, 512, 1024, 2048]);
  });
});

describe("padTargets", () => {
  it("keeps every object and masks the rest", () => {
    const one = { classes: Int32Array.of(4, 5), boxes: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
    const none = { classes: new Int32Array(0), boxes: new Float32Array(0) };
    const { labels, boxes, mask, maxTargets } = padTargets([none, one]);
    expect([maxTargets, labels.length, boxes.length, mask.length]).toEqual([16, 32, 128, 32]);
    expect([...labels.slice(16, 19)]).toEqual([4, 5, 0]);
    expect([...mask.slice(0, 19)]).toEqual([...new Array<number>(16).fill(0), 1, 1, 0]);
    expect([...boxes.slice(64, 73)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0]);
  });
});

describe("BatchLoader", () => {
  it("loses no image and no object", async () => {
    const dataset = await open();
    const batches = await epoch(dataset, { shuffle: new Random(1) });
    expect(batches.map((batch) => batch.count)).toEqual([4, 4, 3]);
    expect(order(batches).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    const objects = batches.reduce((sum, { targets }) => sum + targets.mask.reduce((a, b) => a + b, 0), 0);
    expect(objects).toBe((count * (count - 1)) / 2);
    for (const { samples, images, targets } of batches) {
      samples.forEach(({ path, classes }, i) => {
        const n = Number(path.slice(-6, -4));
        expect(classes.length).toBe(n);
        // the image's middle has its gray, its border the letterbox's
        expect(images[(i * 64 * 64 + 32 * 64 + 32) * 3]).toBe(20 * n);
        expect(images[i * 64 * 64 * 3]).toBe(114);
        const mask = targets.mask.subarray(i * targets.maxTargets, (i + 1) * targets.maxTargets);
        expect(mask.reduce((a, b) => a + b, 0)).toBe(n);
      });
    }
  });

  it("places boxes where the image is", async () => {
    const [batch] = await epoch(await open(), { batch: 2 });
    const sample = batch?.samples[1];
    // 41 × 30 becomes 64 × ceil(46.83) = 64 × 47, under a border of round(8.4) = 8
    expectClose(sample?.ratio ?? [], [64 / 41, 47 / 30], { rel: 1e-12 });
    expect(sample?.padding).toEqual([0, 8]);
    expectClose(sample?.boxes ?? [], [16, 8 + 0.45 * 47, 48, 8 + 0.55 * 47], { abs: 1e-4 });
    expect([sample?.originalWidth, sample?.originalHeight]).toEqual([41, 30]);
    const [v5] = await epoch(await open(), { batch: 2, loading: familySettings.v5.loading });
    expect(v5?.samples[1]?.padding).toEqual([0, 9]);
    expectClose(v5?.samples[1]?.ratio ?? [], [64 / 41, 46 / 30], { rel: 1e-12 });
  });

  it("draws the same order whatever is read ahead or kept, and another in the next epoch", async () => {
    const dataset = await open();
    const shuffle = new Random(5);
    const plain = await epoch(dataset, { shuffle, prefetch: 0, cacheBytes: 0 });
    const ahead = await epoch(dataset, { shuffle: new Random(5), prefetch: 7 });
    expect(brief(ahead)).toEqual(brief(plain));
    expect(order(await epoch(dataset, { shuffle }, 1))).not.toEqual(order(plain));
    expect(order(await epoch(dataset, {}))).toEqual(Array.from({ length: count }, (_, i) => i));
  });

  it("yields the same batches from memory", async () => {
    const loader = new BatchLoader(await open(), { batch: 4, imgsz: 64, cacheBytes: 5 * 64 * 48 * 3 });
    const read = async (): Promise<Batch[]> => {
      const batches: Batch[] = [];
      for await (const batch of loader) batches.push(batch);
      return batches;
    };
    expect(brief(await read())).toEqual(brief(await read()));
  });

  it("can leave out a last batch that is not full", async () => {
    const batches = await epoch(await open(), { dropLast: true });
    expect(batches.map((batch) => batch.count)).toEqual([4, 4]);
    expect(new BatchLoader(await open(), { batch: 4, imgsz: 64 }).length).toBe(3);
  });

  it("counts an image that breaks later, and goes on", async () => {
    const dataset = await open();
    const path = dataset.entries[2]?.path as string;
    await writeFile(path, "gone bad");
    try {
      const batches = await epoch(dataset, { cacheBytes: 0 });
      expect(order(batches)).toEqual([0, 1, 3, 4, 5, 6, 7, 8, 9, 10]);
      await epoch(dataset, {});
      expect(dataset.report.corrupt).toBe(1);
      expect(dataset.report.problems[0]?.path).toBe(path);
    } finally {
      await writeImage(path, blankImage({ width: 42, height: 30 }, 40));
    }
  });

  it("can be left in the middle", async () => {
    for await (const batch of new BatchLoader(await open(), { batch: 2, imgsz: 64 })) {
      expect(batch.count).toBe(2);
      break;
    }
  });

  it("refuses options that make no sense", async () => {
    const dataset = await open();
    const make = (options: Partial<BatchLoaderOptions>) => () =>
      new BatchLoader(dataset, { batch: 4, imgsz: 64, ...options });
    expect(make({ batch: 0 })).toThrow("batch must be a whole number");
    expect(make({ imgsz: 64.5 })).toThrow("imgsz must be a whole number");
    expect(make({ prefetch: -1 })).toThrow("prefetch must be a whole number of at least 0");
    expect(make({ rect: true, shuffle: new Random(0) })).toThrow("cannot be shuffled");
  });
});

/** NHWC bytes of a golden tensor NCHW, 0 to 1. */
function bytesOf(golden: ArrayLike<number>, pixels: number): Uint8Array {
  return Uint8Array.from({ length: golden.length }, (_, i) => {
    const [n, at, c] = [Math.floor(i / pixels / 3), Math.floor(i / 3) % pixels, i % 3];
    return Math.round(255 * (golden[(n * 3 + c) * pixels + at] as number));
  });
}

const here = hasShared("data/coco128/coco128.yaml");

describeGolden("a training batch of YOLOv8", ["v8/train/batch.safetensors", "v8/train/unclipped.json"], () => {
  it.skipIf(!here)("has the same pixels and boxes", async () => {
    const golden = goldenTensors("v8/train/batch.safetensors");
    const dataset = await Dataset.open({ yaml: sharedPath("data/coco128/coco128.yaml"), split: "train" });
    const [batch] = await epoch(dataset, { batch: 4, imgsz: 160, prefetch: 0 });
    if (batch === undefined) throw new Error("no batch");
    const names = batch.samples.map(({ path }) => path.slice(-16));
    expect(names).toEqual(goldenJson("v8/train/unclipped.json").settings.pictures); // vocabulary-allow: pictures
    expect(Buffer.compare(batch.images, bytesOf(golden.images?.data ?? [], 160 * 160))).toBe(0);
    const boxes = batch.samples.flatMap((sample) => [...sample.boxes]);
    const expected = [...(golden.bboxes?.data ?? [])].map((value) => value * 160);
    const corners = expected.map((_, i) => {
      const [at, k] = [i - (i % 4), i % 4];
      const half = (expected[at + 2 + (k % 2)] as number) / 2;
      return (expected[at + (k % 2)] as number) + (k < 2 ? -half : half);
    });
    expectClose(boxes, corners, { abs: 1e-3 });
    expect(batch.samples.flatMap(({ classes }) => [...classes])).toEqual([...(golden.cls?.data ?? [])]);
  });
});
