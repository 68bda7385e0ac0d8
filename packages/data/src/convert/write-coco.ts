import { writeWhole } from "@lookonce/files";

import type { Dataset } from "../dataset.ts";
import { cocoText } from "./coco-text.ts";
import type { WrittenAnnotations } from "./written-annotations.ts";

/**
 * Writes the labels of a split as one COCO file (https://cocodataset.org/#format-data): boxes, and outlines or keypoints where
 * the labels have them. Ids count from 1: images in the data set's order, categories by class number.
 *
 * @throws LookonceError `IO` when the file cannot be written
 */
export async function writeCoco(dataset: Dataset, file: string): Promise<WrittenAnnotations> {
  const { pieces, objects } = cocoText(dataset);
  const encoder = new TextEncoder();
  await writeWhole(
    file,
    pieces.map((piece) => encoder.encode(piece)),
  );
  return { path: file, names: dataset.names, images: dataset.entries.length, objects };
}
