import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Batch, BatchSample } from "@lookonce/data";
import { cocoCategories } from "@lookonce/metrics";
import { failWrites } from "@lookonce/testing";
import { afterAll, describe, expect, it } from "vitest";
import { cocoJson } from "./coco-json.ts";
import { labelFiles } from "./label-files.ts";
import type { ValidatedBatch } from "./validation-callbacks.ts";
import type { ValidationResult } from "./validation-result.ts";

const place = mkdtempSync(join(tmpdir(), "writers-"));
afterAll(() => rmSync(place, { recursive: true }));

type Found = ValidatedBatch["inFiles"][number];

const nothing: Found = {
  boxes: new Float32Array(0),
  scores: new Float32Array(0),
  classes: new Int32Array(0),
  count: 0,
};
const two: Found = {
  boxes: Float32Array.of(0, 0, 100, 50, 10, 20, 30, 40),
  scores: Float32Array.of(0.75, 0.5),
  classes: Int32Array.of(11, 0),
  count: 2,
};

/** A batch of images of 200 × 100 pixels at these paths. */
function batchOf(...images: [path: string, found: Found][]): ValidatedBatch {
  const samples = images.map(([path]) => ({ path, originalWidth: 200, originalHeight: 100 }) as BatchSample);
  return { number: 0, batch: { samples } as unknown as Batch, found: [], inFiles: images.map(([, found]) => found) };
}

const start = { task: "detect", batches: 2, names: ["cat"] };
const end = {} as ValidationResult;

describe("cocoJson", () => {
  it("is one array of all batches' detections, for COCO's categories if wanted", async () => {
    const file = join(place, "deep", "predictions.json");
    for (const options of [{}, { categories: cocoCategories }]) {
      const writer = cocoJson(file, options);
      await writer.onValStart?.(start);
      await writer.onValBatch?.(batchOf(["a/000000000009.jpg", two], ["a/b.jpg", nothing]));
      await writer.onValBatch?.(batchOf(["a/c.jpg", two]));
      await writer.onValEnd?.(end);
      const rows = JSON.parse(readFileSync(file, "utf8"));
      const [stop, person] = "categories" in options ? [13, 1] : [11, 0];
      expect(rows).toEqual([
        { image_id: 9, category_id: stop, bbox: [0, 0, 100, 50], score: 0.75 },
        { image_id: 9, category_id: person, bbox: [10, 20, 20, 20], score: 0.5 },
        { image_id: "c", category_id: stop, bbox: [0, 0, 100, 50], score: 0.75 },
        { image_id: "c", category_id: person, bbox: [10, 20, 20, 20], score: 0.5 },
      ]);
      expect(readdirSync(join(place, "deep"))).toEqual(["predictions.json"]);
    }
  });

  it("is an empty array where nothing was found, and no file where it was stopped", async () => {
    const file = join(place, "empty.json");
    const writer = cocoJson(file);
    await writer.onValStart?.(start);
    await writer.onValBatch?.(batchOf(["a.jpg", nothing]));
    expect(readdirSync(place)).not.toContain("empty.json");
    await writer.onValEnd?.(end);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([]);
  });

  it("says which file it cannot write", () => {
    writeFileSync(join(place, "taken"), "");
    const writer = cocoJson(join(place, "taken", "predictions.json"));
    expect(() => writer.onValStart?.(start)).toThrow(/cannot write .*taken.predictions\.json/);
  });
});

describe("labelFiles", () => {
  it("has a file for each image with objects, in shares of the image", async () => {
    const folder = join(place, "labels");
    await labelFiles(folder).onValBatch?.(batchOf(["x/1.jpg", two], ["x/2.jpg", nothing]));
    expect(readdirSync(folder)).toEqual(["1.txt"]);
    expect(readFileSync(join(folder, "1.txt"), "utf8")).toBe("11 0.25 0.25 0.5 0.5\n0 0.1 0.3 0.1 0.2\n");
  });

  it("adds scores, and keeps images of one name in two folders apart", async () => {
    const folder = join(place, "confident");
    await labelFiles(folder, { conf: true }).onValBatch?.(batchOf(["x/1.jpg", two], ["y/1.png", two]));
    expect(readdirSync(folder).sort()).toEqual(["1.txt", "y-1.txt"]);
    expect(readFileSync(join(folder, "y-1.txt"), "utf8")).toBe("11 0.25 0.25 0.5 0.5 0.75\n0 0.1 0.3 0.1 0.2 0.5\n");
  });

  it("keeps them apart where the folders have one name, too", async () => {
    const folder = join(place, "alike");
    const writer = labelFiles(folder);
    for (const path of ["a/x/1.jpg", "b/x/1.jpg", "c/x/1.jpg", "c/x/1.png"]) {
      await writer.onValBatch?.(batchOf([path, two]));
    }
    expect(readdirSync(folder).sort()).toEqual(["1.txt", "x-1-2.txt", "x-1-3.txt", "x-1.txt"]);
  });
});

describe("a full disk", () => {
  it("leaves no half file of a validation behind", async () => {
    const directory = mkdtempSync(join(place, "full-"));
    failWrites("ENOSPC", directory);
    const labels = labelFiles(directory);
    await expect(async () => labels.onValBatch?.(batchOf(["a/1.jpg", two]))).rejects.toMatchObject({
      code: "IO",
      message: expect.stringMatching(/1\.txt: the disk is full/),
    });
    const json = cocoJson(join(directory, "predictions.json"));
    await expect(async () => json.onValStart?.(start)).rejects.toThrow(/predictions\.json: the disk is full/);
    expect(readdirSync(directory).filter((name) => !name.endsWith(".partial"))).toEqual([]);
  });
});
