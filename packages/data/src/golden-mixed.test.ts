// Outlines in one label file, boxes in another: what YOLOv8 (8.3) makes of such a data set.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { blankImage, writeImage } from "@lookonce/image";
import { describeGolden, expectClose, goldenJson } from "@lookonce/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Dataset } from "./dataset.ts";

const file = "tasks/data/dataset_segment_mixed.json";
const folder = mkdtempSync(join(tmpdir(), "golden-mixed-"));
const yaml = join(folder, "data.yaml");

interface Mixed {
  pictures: { height_width: [number, number]; labels: string[] }[]; // vocabulary-allow: pictures
  boxes_left: [number, number, number, number][][];
}

describeGolden("outlines and boxes in one data set", [file], () => {
  const golden: Mixed = goldenJson(file);
  beforeAll(async () => {
    for (const kind of ["images", "labels"]) mkdirSync(join(folder, kind, "train"), { recursive: true });
    // vocabulary-allow: pictures (the golden file's key)
    for (const [i, { height_width, labels }] of golden.pictures.entries()) {
      const [height, width] = height_width;
      await writeImage(join(folder, "images/train", `${i}.png`), blankImage({ width, height }, 90));
      writeFileSync(join(folder, "labels/train", `${i}.txt`), labels.join("\n"));
    }
    writeFileSync(yaml, `path: ${folder}\ntrain: images/train\nval: images/train\nnames: [a, b, c]\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("are boxes to a detector", async () => {
    const { entries } = await Dataset.open({ yaml, split: "train", labels: "boxes" });
    expect(entries.map(({ boxes }) => boxes.length / 4)).toEqual(golden.boxes_left.map(({ length }) => length));
    const rows = (boxes: ArrayLike<number>): string[] =>
      Array.from({ length: boxes.length / 4 }, (_, i) => [0, 1, 2, 3].map((k) => boxes[4 * i + k]).join()).sort();
    for (const [i, { boxes }] of entries.entries()) {
      const ours = rows(boxes).flatMap((row) => row.split(",").map(Number));
      const theirs = rows(golden.boxes_left[i]?.flat() ?? []).flatMap((row) => row.split(",").map(Number));
      expectClose(ours, theirs, { abs: 1e-5 });
    }
  });

  it("are refused as outlines, naming the file with the first box", async () => {
    const opening = Dataset.open({ yaml, split: "train", labels: "polygons" });
    await expect(opening).rejects.toThrow(/mere boxes, the first in .*2\.txt; every object must be an outline/);
  });
});
