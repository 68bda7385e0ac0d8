import { LookonceError } from "@lookonce/errors";
import { countBoxes } from "./box-rows.ts";
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
  countBoxes(boxes, "boxes");
  return Float32Array.from(boxes, (value, i) => Math.min(Math.max(value, 0), i % 2 === 0 ? size.width : size.height));
}

/**
 * Rows of xyxy in pixels of the letterboxed network input to pixels of the original image, clipped to it.
 *
 * @param letterboxing the ratio and padding of the letterbox
 * @param originalSize the original image's size
 * @throws LookonceError `ARGUMENT` when a ratio is not positive
 */
export function scaleBoxes(
  boxes: ArrayLike<number>,
  letterboxing: Letterboxing,
  originalSize: ImageSize,
): Float32Array {
  const { ratio, padding } = letterboxing;
  if (!(ratio[0] > 0 && ratio[1] > 0)) {
    throw new LookonceError(
      "ARGUMENT",
      `ratio must be two positive numbers but is [${ratio.join(", ")}]. Pass the ratio of the letterbox.`,
    );
  }
  const scaled = Float32Array.from(boxes, (value, i) => (value - padding[i % 2]!) / ratio[i % 2]!);
  return clipBoxes(scaled, originalSize);
}

/** {@link scaleBoxes} for the boxes of detections, as a new record. */
export function scaleDetections(detections: Detections, letterboxing: Letterboxing, size: ImageSize): Detections {
  return { ...detections, boxes: scaleBoxes(detections.boxes, letterboxing, size) };
}
