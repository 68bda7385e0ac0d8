import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { convertCvat, convertHuggingFace, convertLabelMe, convertLabelStudio, convertOpenImages } from "@lookonce/data";
import { mix, mutateBytes } from "../mutate/bytes.ts";
import { mutateJson } from "../mutate/json.ts";
import { mutateText } from "../mutate/text.ts";
import type { Target } from "../target.ts";

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

const csv = `ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside
a,xclick,/m/01g317,1,0.0125,0.195312,0.148438,0.5875,0,1,0,0,0
b,xclick,"/m/0d,z",1,0.025,0.276563,0.714063,0.948438,0,1,1,0,0
a,xclick,/m/01g317,1,0.151562,0.310937,0.198437,0.590625,1,0,0,0,0
`;

/** Boxes of Open Images. */
export const openImagesCsv: Target = {
  file: "train-annotations-bbox.csv",
  seeds: () => [Buffer.from(csv)],
  mutate: mix(mutateText, mutateBytes),
  read: async (file) => convertOpenImages(await labelsOnly(file)),
};

const lines = [
  { file_name: "a.png", width: 24, height: 16, objects: { bbox: [[1, 1, 5, 5]], categories: [0] } },
  {
    file_name: "b.png",
    width: 24,
    height: 16,
    objects: [{ bbox: [1, 1, 5, 5], label: "cat", segmentation: [[1, 1, 6, 1, 6, 6]] }],
  },
];

/** Metadata of ImageFolder. */
export const metadataJsonl: Target = {
  file: "metadata.jsonl",
  seeds: () => [Buffer.from(lines.map((line) => JSON.stringify(line)).join("\n"))],
  mutate: mix(mutateText, mutateBytes),
  read: async (file) => convertHuggingFace({ ...(await labelsOnly(file)), polygons: true }),
};
