import { join, writeWhole } from "@lookonce/files";
import type { Dataset } from "../../dataset.ts";
import { csvCell } from "../csv-rows.ts";
import {
  placeImages,
  uniqueStems,
  type WriteOptions,
  type WrittenAnnotations,
  written,
} from "../written-annotations.ts";

/** What stands in front of the classes' numbers: `/m/` is for names that Google has given. */
const prefix = "/x/";

const header =
  "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside";

/**
 * Writes the boxes of a split as Open Images has them: `<split>-annotations-bbox.csv` and `class-descriptions-boxable.csv` in
 * `annotations`, and the images in `images/<split>`, unless they stay where they are. Images without an object have no row, outlines and keypoints are left out.
 *
 * @throws LookonceError `ARGUMENT` when two images have the same name, `IO` when a file cannot be written
 */
export async function writeOpenImages(
  dataset: Dataset,
  folder: string,
  { saveImages = "none" }: WriteOptions = {},
): Promise<WrittenAnnotations> {
  const { entries, names } = dataset;
  const part = dataset.split === "val" ? "validation" : dataset.split;
  const stems = uniqueStems(entries, folder);
  const lost = { outline: 0, keypoints: 0, image: 0 };
  const lines = entries.flatMap(({ classes, boxes, polygons, keypoints }, i) => {
    lost.outline += polygons?.filter(({ length }) => length > 0).length ?? 0;
    if (classes.length === 0) lost.image++;
    lost.keypoints += keypoints === undefined ? 0 : classes.length;
    return Array.from(classes, (label, row) => {
      const [cx = 0, cy = 0, w = 0, h = 0] = boxes.subarray(row * 4, row * 4 + 4);
      const sides = [cx - w / 2, cx + w / 2, cy - h / 2, cy + h / 2].map((value) => Math.min(1, Math.max(0, value)));
      const numbers = sides.map((value) => Number(value.toFixed(6))).join(",");
      return `${csvCell(stems[i] ?? "")},xclick,${prefix}${label},1,${numbers},0,0,0,0,0\n`;
    });
  });
  await placeImages(dataset, saveImages, (name) => join(folder, "images", part, name));
  const file = join(folder, "annotations", `${part}-annotations-bbox.csv`);
  await writeWhole(file, `${header}\n${lines.join("")}`);
  const classes = names.map((name, label) => `${prefix}${label},${csvCell(name)}\n`);
  await writeWhole(join(folder, "annotations", "class-descriptions-boxable.csv"), classes.join(""));
  return written(dataset, file, lost);
}
