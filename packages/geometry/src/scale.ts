import { LookonceError } from "@lookonce/errors";
import { mapRows } from "./box-rows.ts";
import type { Detections } from "./detections.ts";
import type { ImageSize } from "./formats.ts";

/** How an image was laid into the network's input. */
export interface Letterboxing {
  /** Network pixels per original pixel, horizontally and vertically. */
  ratio: readonly [horizontal: number, vertical: number];
  /** Network pixels left of and above the image. */
  padding: readonly [left: number, top: number];
}

/** Rows of xyxy in pixels, every corner moved to the nearest point inside the image, as new rows. */
export function clipBoxes(boxes: ArrayLike<number>, size: ImageSize): Float32Array {
  const { width, height } = size;
  const clip = (value: number, most: number): number => Math.min(Math.max(value, 0), most);
  return mapRows(boxes, ([a, b, c, d]) => [clip(a, width), clip(b, height), clip(c, width), clip(d, height)]);
}

/**
 * Rows of xyxy in pixels of the letterboxed network input to pixels of the original image, clipped to it.
 *
 * @throws LookonceError `ARGUMENT` when a ratio is not positive
 */
export function scaleBoxes(
  boxes: ArrayLike<number>,
  { ratio, padding: [left, top] }: Letterboxing,
  originalSize: ImageSize,
): Float32Array {
  const [across, down] = ratio;
  if (!(across > 0 && down > 0)) {
    throw new LookonceError(
      "ARGUMENT",
      `ratio must be two positive numbers but is [${ratio.join(", ")}]. Pass the ratio of the letterbox.`,
    );
  }
  const scaled = mapRows(boxes, ([a, b, c, d]) => [
    (a - left) / across,
    (b - top) / down,
    (c - left) / across,
    (d - top) / down,
  ]);
  return clipBoxes(scaled, originalSize);
}

/** {@link scaleBoxes} for the boxes of detections, as a new record. */
export function scaleDetections(detections: Detections, letterboxing: Letterboxing, size: ImageSize): Detections {
  return { ...detections, boxes: scaleBoxes(detections.boxes, letterboxing, size) };
}
