import { readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { convertCoco, convertVoc, parseLabels } from "@lookonce/data";
import { decodeVerified, encodeVerified } from "../../../packages/data/src/verify/cache-format.ts";
import { mix, mutateBytes } from "../mutate/bytes.ts";
import { mutateJson } from "../mutate/json.ts";
import { mutateText } from "../mutate/text.ts";
import type { Target } from "../target.ts";
import { encoded } from "./images.ts";

export const labels: Target = {
  file: "a.txt",
  seeds: () => [
    Buffer.from("0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.05 0.05\n"),
    Buffer.from("0 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9\n\ufeff2 1 1 1 1"),
  ],
  mutate: mix(mutateText, mutateBytes),
  read: (file) => parseLabels(readFileSync(file, "utf8"), file, 3),
};

const coco = {
  info: { year: 2017 },
  images: [
    { id: 1, file_name: "a.jpg", width: 32, height: 24 },
    { id: 2, file_name: "b/c.jpg", width: 10, height: 10 },
  ],
  categories: [
    { id: 7, name: "cat" },
    { id: 3, name: "dog" },
  ],
  annotations: [
    { id: 1, image_id: 1, category_id: 7, bbox: [1, 2, 10, 10], segmentation: [[1, 2, 11, 2, 11, 12]], iscrowd: 0 },
    {
      id: 2,
      image_id: 2,
      category_id: 3,
      bbox: [0, 0, 5, 5],
      segmentation: { counts: [1], size: [10, 10] },
      iscrowd: 1,
    },
    {
      id: 3,
      image_id: 2,
      category_id: 3,
      bbox: [0, 0, 5, 5],
      segmentation: [
        [0, 0, 5, 0, 5, 5],
        [6, 6, 7, 6, 7, 7],
      ],
    },
  ],
};

/** A COCO file, converted with nothing but its labels. */
export const cocoJson: Target = {
  file: "instances.json",
  seeds: () => [Buffer.from(JSON.stringify(coco))],
  mutate: mix(mutateJson, mutateBytes),
  async read(annotations) {
    const output = join(dirname(annotations), "yolo");
    await rm(output, { recursive: true, force: true });
    await convertCoco({ annotations, output, saveImages: "none", polygons: true });
  },
};

const voc = `<annotation><filename>a.png</filename><size><width>24</width><height>16</height><depth>3</depth></size>
<object><name>cat</name><difficult>0</difficult><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>10</xmax><ymax>12</ymax></bndbox>
<part><name>head</name></part></object><object><name>d&amp;og</name><bndbox><xmin>1.5</xmin><ymin>2</ymin>
<xmax>90</xmax><ymax>12</ymax></bndbox></object></annotation>
`;

/** A folder with one file of Pascal VOC and its image, converted. */
export const vocXml: Target = {
  file: "a.xml",
  seeds: () => [Buffer.from(voc)],
  mutate: mix(mutateText, mutateBytes),
  prepare: async (folder) => writeFileSync(join(folder, "a.png"), await encoded("png")),
  async read(file) {
    const folder = dirname(file);
    const output = join(folder, "yolo");
    await rm(output, { recursive: true, force: true });
    await convertVoc({ annotations: folder, images: folder, output, saveImages: "none" });
  },
};

const paths = ["images/a.jpg", "images/b.jpg"];
const identity = { hash: "0".repeat(64), key: new Uint8Array(32) };

/** What is kept of a data set's check; a changed file has no valid signature and is ignored. */
export const labelCache: Target = {
  file: "train.lookonce-cache",
  seeds: () => [
    encodeVerified(
      paths.map((path) => ({
        path,
        width: 32,
        height: 24,
        oriented: false,
        objects: { classes: Int32Array.of(1), boxes: Float32Array.of(0.5, 0.5, 0.2, 0.2) },
        found: true,
        empty: false,
        usable: true,
        problems: [{ path, kind: "corrupt" as const, reason: "cut off" }],
      })),
      identity,
    ),
  ],
  mutate: mutateBytes,
  read: (file) => decodeVerified(readFileSync(file), { ...identity, paths }),
};
