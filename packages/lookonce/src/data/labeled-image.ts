import { basename } from "node:path";
import type { DatasetEntry } from "@lookonce/data";
import { normalizedXywhToXyxy } from "@lookonce/geometry";
import type { GridImage } from "@lookonce/plots";

/** Reads an image of a data set, for a grid that shows it as it is, with its labels. */
export async function labeledImage({ path, boxes, classes }: DatasetEntry): Promise<GridImage> {
  const { readImage } = await import("@lookonce/image");
  const image = await readImage(path);
  return { image, boxes: normalizedXywhToXyxy(boxes, image), classes, caption: basename(path) };
}
