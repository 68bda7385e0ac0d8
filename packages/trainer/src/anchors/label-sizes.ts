import type { DatasetEntry } from "@lookonce/data";

/** What is read of an image of a data set. */
export type SizedImage = Pick<DatasetEntry, "width" | "height" | "boxes">;

/** Options of {@link labelSizes}. */
export interface LabelSizesOptions {
  /** Longer side that images are loaded at, in pixels. */
  imgsz: number;
  /** A further factor for each image. Default 1. */
  scales?: ArrayLike<number>;
}

/**
 * Widths and heights of all labeled boxes in the pixels of the images as they are loaded: rows of width, height.
 *
 * Computed in single precision, as YOLOv5 (7.0) does, so that boxes on a limit fall on the same side of it.
 */
export function labelSizes(images: readonly SizedImage[], { imgsz, scales }: LabelSizesOptions): Float32Array {
  const count = images.reduce((sum, { boxes }) => sum + boxes.length / 4, 0);
  const sizes = new Float32Array(count * 2);
  let at = 0;
  for (const [i, { width, height, boxes }] of images.entries()) {
    const factor = (imgsz / Math.max(width, height)) * (scales?.[i] ?? 1);
    for (let box = 0; box < boxes.length; box += 4) {
      sizes[at++] = (boxes[box + 2] as number) * width * factor;
      sizes[at++] = (boxes[box + 3] as number) * height * factor;
    }
  }
  return sizes;
}

/** The rows of which a side has at least `least` pixels. */
export function withoutTiny(sizes: Float32Array, least: number): Float32Array {
  return sizes.filter((side, i) => side >= least || (sizes[i ^ 1] as number) >= least);
}
