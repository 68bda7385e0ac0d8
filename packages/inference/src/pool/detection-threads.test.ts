import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Image, writeImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Predictor, type Results } from "../index.ts";
import { tinyModel } from "../test-tiny-model.ts";
import { threadCounts } from "./detection-threads.ts";

let folder = "";
const count = 12;
const damaged = 5;

function noise(seed: number): Image {
  const rng = new Random(seed);
  const [width, height] = [rng.integer(30, 90), rng.integer(30, 90)];
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256)) };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-pool-"));
  for (let i = 0; i < count; i++) {
    const path = join(folder, `${String(i).padStart(2, "0")}.png`);
    if (i === damaged) writeFileSync(path, "no image");
    else await writeImage(path, noise(i));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Coordinates to a tenth of a pixel, in no order: scores may tie but for rounding. */
function plain({ boxes, names, width, height }: Results): unknown {
  const rows = Array.from({ length: boxes.count }, (_, i) => {
    const sides = Array.from(boxes.boxes.subarray(4 * i, 4 * i + 4), (side) => side.toFixed(1));
    return [...sides, boxes.scores[i]?.toFixed(3), boxes.classes[i]].join(" ");
  });
  return { rows: rows.sort(), names, width, height };
}

describe.each(["v5", "v8"] as const)("worker threads for %s", (family) => {
  let alone: Results[];
  beforeAll(async () => {
    const predictor = await Predictor.create({
      model: await tinyModel(family),
      imgsz: 64,
      conf: 0,
      maxDet: 20,
      workers: 0,
    });
    alone = await predictor.predict(folder).toArray();
    expect(alone.every(({ boxes }) => boxes.count > 3)).toBe(true);
    await predictor.dispose();
  });

  it.each([
    { workers: 1, batch: 1 },
    { workers: 2, batch: 1 },
    { workers: 2, batch: 4 },
    { workers: 0, batch: 4 },
  ])("find what is found without, in order: %o", async ({ workers, batch }) => {
    const predictor = await Predictor.create({
      model: await tinyModel(family),
      imgsz: 64,
      conf: 0,
      maxDet: 20,
      workers,
    });
    const run = predictor.predict(folder, { batch });
    const results = await run.toArray();
    expect(results.map(({ path }) => path)).toEqual(alone.map(({ path }) => path));
    expect(results.map(plain)).toEqual(alone.map(plain));
    expect(results.map(({ image }) => image)).toEqual(alone.map(({ image }) => image));
    expect(run.skipped).toEqual([
      { path: join(folder, "05.png"), reason: expect.stringContaining("05.png is not a whole image") },
    ]);
    await predictor.dispose();
  });
});

describe("a run with worker threads", () => {
  it("can be left early and started again, and ends with the predictor", async () => {
    const predictor = await Predictor.create({ model: await tinyModel("v8"), imgsz: 64, workers: 2 });
    for (let round = 0; round < 2; round++) {
      const seen: string[] = [];
      for await (const { path } of predictor.predict(folder)) {
        seen.push(path.slice(-6));
        if (seen.length === 3) break;
      }
      expect(seen).toEqual(["00.png", "01.png", "02.png"]);
    }
    await predictor.dispose();
  });

  it("accepts pixels and files' bytes, and leaves them to their owner", async () => {
    const predictor = await Predictor.create({
      model: await tinyModel("v8"),
      imgsz: 64,
      conf: 0,
      maxDet: 20,
      workers: 1,
    });
    const images = [noise(1), noise(2)];
    const results = await predictor.predict(images).toArray();
    expect(results.map(({ image }) => image)).toEqual(images);
    expect(images.map(({ data }) => data.length)).toEqual([noise(1), noise(2)].map(({ data }) => data.length));
    await predictor.dispose();
  });

  it("throws the fault of a single image", async () => {
    const predictor = await Predictor.create({ model: await tinyModel("v8"), imgsz: 64, workers: 1 });
    await expect(predictor.predict(join(folder, "05.png")).toArray()).rejects.toMatchObject({ code: "FORMAT" });
    await predictor.dispose();
  });

  it("refuses numbers that are none", async () => {
    const model = await tinyModel("v8");
    await expect(Predictor.create({ model, workers: -1 })).rejects.toThrow("workers must be a whole number");
    const predictor = await Predictor.create({ model, imgsz: 64 });
    expect(() => predictor.predict(folder, { batch: 0 })).toThrow("batch must be a whole number of at least 1, not 0");
    await predictor.dispose();
  });
});

describe("detectBatch", () => {
  it("detects in each image as alone, with its own options, and returns errors in their places", async () => {
    const predictor = await Predictor.create({ model: await tinyModel("v8"), imgsz: 64, conf: 0, maxDet: 20 });
    const sources = [noise(1), join(folder, "05.png"), noise(2), noise(1), join(folder, "03.png")];
    const options = [{}, {}, { iou: 0.2 }, { maxDet: 1 }, { classes: [1] }];
    const items = sources.map((source, i) => ({ source, options: options[i] as object }));
    const found = await predictor.detectBatch(items);
    for (const [i, each] of found.entries()) {
      if (i === 1) expect(each).toMatchObject({ code: "FORMAT" });
      else expect(plain(each as Results)).toEqual(plain(await predictor.detect(sources[i] as Image, options[i])));
    }
    expect((found[3] as Results).boxes.count).toBe(1);
    expect(await predictor.detectBatch([])).toEqual([]);
    await predictor.dispose();
  });
});

describe("threadCounts", () => {
  it.each([
    [
      { cores: 2, modelBytes: 12e6 },
      { workers: 2, threads: 1 },
    ],
    [
      { cores: 16, modelBytes: 12e6 },
      { workers: 8, threads: 2 },
    ],
    [
      { cores: 8, modelBytes: 270e6 },
      { workers: 3, threads: 2 },
    ],
    [
      { cores: 8, modelBytes: 2e9 },
      { workers: 1, threads: 8 },
    ],
    [
      { cores: 4, modelBytes: 12e6, workers: 3 },
      { workers: 3, threads: 1 },
    ],
    [
      { cores: 2, modelBytes: 12e6, workers: 6 },
      { workers: 6, threads: 1 },
    ],
  ])("shares %o as %o", (machine, counts) => {
    expect(threadCounts(machine)).toEqual(counts);
  });
});
