import { readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { convertCoco, convertCvat, convertLabelMe, convertLabelStudio, convertVoc, parseLabels } from "@lookonce/data";
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

/** A converter's options, and that it writes nothing but labels to a folder beside the input. */
async function labelsOnly(annotations: string): Promise<{ annotations: string; output: string; saveImages: "none" }> {
  const output = join(dirname(annotations), "yolo");
  await rm(output, { recursive: true, force: true });
  return { annotations, output, saveImages: "none" };
}

const cvat = `<?xml version="1.0"?><annotations><version>1.1</version><meta><task><labels><label><name>cat</name></label>
<label><name>eye</name><parent>cat</parent></label></labels></task></meta><image id="0" name="a.png" width="24" height="16">
<box label="cat" xtl="1" ytl="2" xbr="9" ybr="9" rotation="30.0"><attribute name="difficult">false</attribute></box>
<polygon label="cat" points="1,1;9,1;9,9"/><ellipse label="cat" cx="5" cy="5" rx="2" ry="3"/><polyline label="cat" points="1,1"/>
<mask label="cat" rle="1, 2, 1" left="1" top="1" width="2" height="2"/></image><image id="1" name="b.png" width="9" height="9">
<skeleton label="cat"><points label="eye" outside="0" occluded="1" points="3,4"/></skeleton></image></annotations>
`;

/** CVAT's XML, converted with its outlines. */
export const cvatXml: Target = {
  file: "annotations.xml",
  seeds: () => [Buffer.from(cvat)],
  mutate: mix(mutateText, mutateBytes),
  read: async (file) => convertCvat({ ...(await labelsOnly(file)), polygons: true }),
};

const regions = [
  {
    id: "a",
    type: "rectanglelabels",
    value: { x: 1, y: 2, width: 9, height: 9, rotation: 30, rectanglelabels: ["cat"] },
  },
  { id: "b", type: "keypointlabels", parentID: "a", value: { x: 3, y: 3, keypointlabels: ["eye"] } },
  {
    id: "c",
    type: "polygonlabels",
    value: {
      points: [
        [1, 1],
        [9, 1],
        [9, 9],
      ],
      polygonlabels: ["dog"],
    },
  },
  { id: "d", type: "ellipselabels", value: { x: 5, y: 5, radiusX: 2, radiusY: 3, ellipselabels: ["dog"] } },
].map((region) => ({ ...region, original_width: 32, original_height: 24 }));

/** Label Studio's JSON, converted with its keypoints. */
export const labelStudioJson: Target = {
  file: "tasks.json",
  seeds: () => [
    Buffer.from(
      JSON.stringify([{ id: 1, data: { image: "/data/upload/1/0000aaaa-a.png" }, annotations: [{ result: regions }] }]),
    ),
    Buffer.from(
      JSON.stringify([
        { id: 1, image: "a.png", label: regions.map(({ value, ...region }) => ({ ...region, ...value })) },
      ]),
    ),
  ],
  mutate: mix(mutateJson, mutateBytes),
  read: async (file) => convertLabelStudio({ ...(await labelsOnly(file)), keypoints: true }),
};

const labelMe = {
  ...{ version: "5.5.0", flags: {}, imagePath: "a.png", imageData: null, imageHeight: 16, imageWidth: 24 },
  shapes: [
    {
      label: "cat",
      points: [
        [1, 1],
        [9, 9],
      ],
      group_id: 1,
      shape_type: "rectangle",
      flags: {},
    },
    { label: "eye", points: [[3, 3]], group_id: 1, shape_type: "point", flags: { occluded: true } },
    {
      label: "dog",
      points: [
        [1, 1],
        [9, 1],
        [9, 9],
      ],
      group_id: null,
      shape_type: "polygon",
      flags: {},
    },
    {
      label: "dog",
      points: [
        [5, 5],
        [5, 7],
      ],
      group_id: null,
      shape_type: "circle",
      flags: {},
    },
    {
      label: "dog",
      points: [
        [5, 5],
        [7, 7],
      ],
      group_id: null,
      shape_type: "mask",
      mask: "iVBORw0KGgo=",
    },
  ],
};

/** A folder with one of LabelMe's files. */
export const labelMeJson: Target = {
  file: "a.json",
  seeds: () => [Buffer.from(JSON.stringify(labelMe))],
  mutate: mix(mutateJson, mutateBytes),
  async read(file) {
    const { output, ...options } = await labelsOnly(file);
    await convertLabelMe({ ...options, annotations: dirname(file), output, keypoints: true });
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
