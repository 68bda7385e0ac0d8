import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Picture, writePicture } from "@lookonce/augment";
import { Random } from "@lookonce/random";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Predictor, type Results } from "../index.ts";
import { tinyModel } from "../test-tiny-model.ts";

let folder = "";
const count = 12;
const damaged = 5;

function noise(seed: number): Picture {
  const rng = new Random(seed);
  const [width, height] = [rng.integer(30, 90), rng.integer(30, 90)];
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256)) };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lookonce-pool-"));
  for (let i = 0; i < count; i++) {
    const path = join(folder, `${String(i).padStart(2, "0")}.png`);
    if (i === damaged) writeFileSync(path, "no picture");
    else await writePicture(path, noise(i));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Coordinates to a tenth of a pixel, which other numbers of threads do not change. */
function plain({ boxes, names, width, height }: Results): unknown {
  const round = (values: ArrayLike<number>): number[] => Array.from(values, (value) => Math.round(value * 10) / 10);
  return {
    boxes: round(boxes.boxes),
    scores: round(boxes.confidences),
    classes: [...boxes.classes],
    names,
    width,
    height,
  };
}

describe.each(["v5", "v8"] as const)("worker threads for %s", (family) => {
  let alone: Results[];
  beforeAll(async () => {
    const predictor = await Predictor.create({ model: await tinyModel(family), imgsz: 64, conf: 0.3, workers: 0 });
    alone = await predictor.predict(folder).toArray();
    await predictor.dispose();
  });

  it.each([
    { workers: 1, batch: 1 },
    { workers: 2, batch: 1 },
    { workers: 2, batch: 4 },
    { workers: 0, batch: 4 },
  ])("find what is found without, in order: %o", async ({ workers, batch }) => {
    const predictor = await Predictor.create({ model: await tinyModel(family), imgsz: 64, conf: 0.3, workers });
    const run = predictor.predict(folder, { batch });
    const results = await run.toArray();
    expect(results.map(({ path }) => path)).toEqual(alone.map(({ path }) => path));
    expect(results.map(plain)).toEqual(alone.map(plain));
    expect(results.map(({ picture }) => picture)).toEqual(alone.map(({ picture }) => picture));
    expect(run.skipped).toEqual([
      { path: join(folder, "05.png"), reason: expect.stringContaining("05.png is not a whole picture") },
    ]);
    await predictor.dispose();
  });
});
