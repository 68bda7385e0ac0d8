import type { Dataset } from "@lookonce/data";
import type { Image } from "@lookonce/image";
import type { Results } from "@lookonce/inference";
import { imageGrid } from "@lookonce/plots";
import { labeledImage } from "../data/labeled-image.ts";

/** Cells are twice as wide as the shapes' images, so that labels are readable. */
const look = { columns: 4, cell: 320 };

/** What was found in small images, as one image. */
export function detectionSheet(results: readonly Results[]): Promise<Image> {
  const names = results[0]?.names ?? [];
  const images = results.map(({ image, boxes: { boxes, scores, classes } }) => ({ image, boxes, scores, classes }));
  return imageGrid(images, { ...look, names });
}

/** The first images of a data set with their labels, as one image. */
export async function sampleSheet({ entries, names, labels }: Dataset, count: number): Promise<Image> {
  const images = await Promise.all(entries.slice(0, count).map((entry) => labeledImage(entry, labels)));
  return imageGrid(images, { ...look, names });
}
