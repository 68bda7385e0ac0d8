import { join, mkdir, writeWhole, writing } from "@lookonce/files";
import { cornersToRotated, rotatedCorners } from "@lookonce/geometry";
import type { Dataset } from "../dataset.ts";
import { mapConcurrently } from "../map-concurrently.ts";
import { uniqueStems, type WrittenAnnotations } from "./written-annotations.ts";

/**
 * Writes the oriented boxes of a split in the form of DOTA: a text file for each image with a line for each object,
 * `x1 y1 x2 y2 x3 y3 x4 y4 class difficult`, corners in pixels. Of labels with more corners the smallest rectangle is written.
 * Spaces of class names become `-`.
 *
 * @throws LookonceError `ARGUMENT` when two images have the same name, `IO` when a file cannot be written
 */
export async function writeDota(dataset: Dataset, folder: string): Promise<WrittenAnnotations> {
  const { entries } = dataset;
  const names = dataset.names.map((name) => name.replace(/\s+/g, "-"));
  const stems = uniqueStems(entries, folder);
  await writing(folder, () => mkdir(folder, { recursive: true }));
  await mapConcurrently(entries, 16, async ({ classes, polygons = [], width, height }, i) => {
    const lines = Array.from(classes, (label, row) => {
      const pixels = Array.from(polygons[row] ?? [], (value, k) => value * (k % 2 === 0 ? width : height));
      const corners = pixels.length === 8 ? pixels : rotatedCorners(cornersToRotated(pixels, pixels.length / 2));
      return `${Array.from(corners, (value) => Number(value.toFixed(2))).join(" ")} ${names[label]} 0\n`;
    });
    await writeWhole(join(folder, `${stems[i]}.txt`), lines.join(""), { flush: false });
  });
  return {
    path: folder,
    names,
    images: entries.length,
    objects: entries.reduce((n, { classes }) => n + classes.length, 0),
  };
}
