import { basename, join, writeWhole } from "@lookonce/files";
import type { Dataset } from "../dataset.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import { type PixelObject, pixelObjects } from "./pixel-objects.ts";
import {
  placeImages,
  uniqueStems,
  type WriteOptions,
  type WrittenAnnotations,
  written,
} from "./written-annotations.ts";
import { xmlText } from "./xml-text.ts";

/**
 * Writes the boxes of a split as Pascal VOC (VOC2012 Development Kit, section 3): `Annotations/<name>.xml` for each image,
 * `ImageSets/Main/<split>.txt`, `labelmap.txt` with the classes, and the images in `JPEGImages`, unless they stay where they are.
 *
 * VOC counts whole pixels from 1 and includes the last. Outlines and keypoints are left out.
 *
 * @throws LookonceError `ARGUMENT` when two images have the same name, `IO` when a file cannot be written
 */
export async function writeVoc(
  dataset: Dataset,
  folder: string,
  { saveImages = "none" }: WriteOptions = {},
): Promise<WrittenAnnotations> {
  const { entries, split } = dataset;
  const stems = uniqueStems(entries, folder);
  const lost = { outline: 0, keypoints: 0 };
  await placeImages(dataset, saveImages, (name) => join(folder, "JPEGImages", name));
  await mapConcurrently(entries, 16, async (entry, i) => {
    const objects = pixelObjects(entry, dataset);
    lost.outline += objects.filter(({ outline }) => outline !== undefined).length;
    lost.keypoints += objects.filter(({ keypoints }) => keypoints !== undefined).length;
    const { width, height, path } = entry;
    const lines = [
      "<annotation>",
      "  <folder>JPEGImages</folder>",
      `  <filename>${xmlText(basename(path))}</filename>`,
      `  <size><width>${width}</width><height>${height}</height><depth>3</depth></size>`,
      "  <segmented>0</segmented>",
      ...objects.map((object) => objectText(object, entry)),
      "</annotation>\n",
    ];
    await writeWhole(join(folder, "Annotations", `${stems[i]}.xml`), lines.join("\n"), { flush: false });
  });
  await writeWhole(join(folder, "ImageSets", "Main", `${split}.txt`), stems.map((stem) => `${stem}\n`).join(""));
  // Label, color, parts, actions: what CVAT and Datumaro read the classes from
  const labels = dataset.names.map((name) => `${name.replaceAll(":", " ")}:::\n`);
  await writeWhole(join(folder, "labelmap.txt"), `# label:color_rgb:parts:actions\n${labels.join("")}`);
  return written(dataset, folder, lost);
}

/** Whole pixels, at least one of them. */
function objectText({ name, box }: PixelObject, { width, height }: { width: number; height: number }): string {
  const [left, top, right, bottom] = box.map(Math.round) as PixelObject["box"];
  const xmin = Math.min(left + 1, width);
  const ymin = Math.min(top + 1, height);
  const [xmax, ymax] = [Math.max(right, xmin), Math.max(bottom, ymin)];
  const corners = `<xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax>`;
  return [
    "  <object>",
    `    <name>${xmlText(name)}</name>`,
    "    <pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>",
    `    <bndbox>${corners}</bndbox>`,
    "  </object>",
  ].join("\n");
}
