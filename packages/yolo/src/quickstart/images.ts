import type { Dataset } from "@lookonce/data";
import { resultEntries, shapesOf } from "@lookonce/families";
import type { Image } from "@lookonce/image";
import type { Results } from "@lookonce/inference";
import { imageGrid } from "@lookonce/plots";
import { labeledImage } from "../data/labeled-image.ts";

/** Cells are twice as wide as the shapes' images, so that labels are readable. */
const look = { columns: 4, cell: 320 };

/** What was found in small images, as one image. */
export function detectionSheet(results: readonly Results[]): Promise<Image> {
  const names = results[0]?.names ?? [];
  const images = results.map(({ image, boxes: { boxes, scores, classes }, entries }) => {
    return { image, boxes, scores, classes, ...shapesOf(resultEntries(entries)) };
  });
  return imageGrid(images, { ...look, names });
}

/** Images from all over a data set with their labels, as one image. */
export async function sampleSheet({ entries, names, labels }: Dataset, count: number): Promise<Image> {
  const every = Math.max(1, Math.floor(entries.length / count));
  const shown = entries.filter((_, i) => i % every === 0).slice(0, count);
  const images = await Promise.all(shown.map((entry) => labeledImage(entry, labels)));
  return imageGrid(images, { ...look, names });
}
