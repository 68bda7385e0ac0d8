import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { convertData, writeAnnotations } from "./convert-data.ts";
import { drawShapes } from "./prepare-data.ts";

let folder: string;
let data: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "lookonce-formats-"));
  ({ yaml: data } = await drawShapes({ output: join(folder, "shapes"), train: 4, val: 2, size: 64 }));
});
afterAll(() => rm(folder, { recursive: true }));

/** Where annotations lie in what is written, and whether images are among them. */
const formats = [
  ["coco", "coco.json", "", false],
  ["voc", "voc", "Annotations", false],
  ["cvat", "cvat", "annotations.xml", false],
  ["label-studio", "tasks.json", "", false],
  ["labelme", "labelme", "", true],
  ["open-images", "open", "annotations/train-annotations-bbox.csv", false],
  ["hugging-face", "hub", "", true],
  ["imagefolder", "folder", "", true],
] as const;

it.each(formats)("writes %s, and recognizes it by its files", async (to, place, annotations, hasImages) => {
  const written = await writeAnnotations({ data, to, output: join(folder, place), split: "train" });
  expect(written).toMatchObject({ images: 4 });
  const images = hasImages ? {} : { images: join(folder, "shapes", "images", "train") };
  const output = join(folder, `${to}-back`);
  const result = await convertData({ annotations: join(folder, place, annotations), output, ...images });
  expect(result).toMatchObject({ images: 4, objects: written.objects, leftOut: {} });
});

it("refuses options of other formats, and formats that there are not", async () => {
  const annotations = join(folder, "tasks.json");
  const options = { annotations, images: folder, output: join(folder, "none") };
  await expect(convertData({ ...options, from: "label-studio", list: "a.txt" })).rejects.toThrow(
    "list is only for annotations in the form of VOC or DOTA or LabelMe or masks",
  );
  await expect(convertData({ ...options, from: "yolov9" as "auto" })).rejects.toThrow('There is no format "yolov9"');
});
