import { basename, join, relative, resolve, sep, writeWhole } from "@lookonce/files";
import type { Dataset } from "../../dataset.ts";
import { mapConcurrently } from "../../map-concurrently.ts";
import { keypointNames, type PixelObject, pixelObjects } from "../pixel-objects.ts";
import {
  placeImages,
  uniqueStems,
  type WriteOptions,
  type WrittenAnnotations,
  written,
} from "../written-annotations.ts";

/**
 * Writes the labels of a split as LabelMe's JSON files, one for each image, and the images beside them, unless they stay where they are.
 * Boxes, outlines, corners of rotated boxes as polygons, and keypoints as points of a group are written; hidden ones have the flag
 * `occluded`.
 *
 * @throws LookonceError `ARGUMENT` when two images have the same name, `IO` when a file cannot be written
 */
export async function writeLabelMe(
  dataset: Dataset,
  folder: string,
  { saveImages = "none" }: WriteOptions = {},
): Promise<WrittenAnnotations> {
  const { entries } = dataset;
  const stems = uniqueStems(entries, folder);
  const points = keypointNames(dataset);
  await placeImages(dataset, saveImages, (name) => join(folder, name));
  await mapConcurrently(entries, 16, async (entry, i) => {
    const { path, width, height } = entry;
    const place = saveImages === "none" ? relative(resolve(folder), path).split(sep).join("/") : basename(path);
    const shapes = pixelObjects(entry, dataset).flatMap((object, k) => shapesOf(object, { group: k + 1, points }));
    const content = {
      version: "5.5.0",
      flags: {},
      shapes,
      imagePath: place,
      imageData: null,
      imageHeight: height,
      imageWidth: width,
    };
    const file = join(folder, `${stems[i]}.json`);
    await writeWhole(file, `${JSON.stringify(content, undefined, 2)}\n`, { flush: false });
  });
  return written(dataset, folder);
}

function shapesOf(
  { name, box: [left, top, right, bottom], outline, keypoints }: PixelObject,
  { group, points }: { group: number; points: readonly string[] },
): object[] {
  const shape = (label: string, type: string, pairs: number[][], more: object = {}): object => {
    return { label, points: pairs, group_id: null, description: "", shape_type: type, flags: {}, mask: null, ...more };
  };
  if (keypoints !== undefined) {
    const parts = keypoints.flatMap(([x, y, visibility], i) => {
      const more = { group_id: group, flags: visibility === 1 ? { occluded: true } : {} };
      return visibility === 0 ? [] : [shape(points[i] ?? "", "point", [[x, y]], more)];
    });
    return [
      shape(
        name,
        "rectangle",
        [
          [left, top],
          [right, bottom],
        ],
        { group_id: group },
      ),
      ...parts,
    ];
  }
  if (outline === undefined)
    return [
      shape(name, "rectangle", [
        [left, top],
        [right, bottom],
      ]),
    ];
  const pairs = outline.flatMap((x, i) => (i % 2 === 0 ? [[x, outline[i + 1] ?? 0]] : []));
  return [shape(name, "polygon", pairs)];
}
