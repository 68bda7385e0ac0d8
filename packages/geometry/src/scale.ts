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
  /** Size of the network's input, where what is finer than boxes is scaled by {@link letterboxingBetween}. */
  inputSize?: ImageSize;
  /** Whether what lies outside of the image is moved to its border. Default true. */
  clips?: boolean;
}

/**
 * How an image lies in a network's input, as follows from their sizes alone: enlarged until it touches two sides, in the middle,
 * its padding not rounded. YOLOv8 (8.3) scales keypoints and the outlines of masks by it when it predicts.
 */
export function letterboxingBetween(input: ImageSize, image: ImageSize): Letterboxing {
  const gain = Math.min(input.height / image.height, input.width / image.width);
  const padding = [(input.width - image.width * gain) / 2, (input.height - image.height * gain) / 2] as const;
  return { ratio: [gain, gain], padding };
}

/** Points x, y, … in pixels of the letterboxed network input to pixels of the original image, clipped to it, as new ones. */
export function scalePoints(
  points: ArrayLike<number>,
  { ratio, padding, clips = true }: Letterboxing,
  { width, height }: ImageSize,
): Float32Array {
  return Float32Array.from(points, (value, i) => {
    const axis = i % 2 === 0 ? 0 : 1;
    const scaled = (value - padding[axis]) / ratio[axis];
    return clips ? Math.min(Math.max(scaled, 0), axis === 0 ? width : height) : scaled;
  });
}

/** {@link scalePoints} for keypoints of `values` numbers each, x and y first; what comes after them stays. */
export function scaleKeypoints(
  keypoints: Float32Array,
  values: number,
  letterboxing: Letterboxing,
  size: ImageSize,
): Float32Array {
  const scaled = keypoints.slice();
  for (let at = 0; at < scaled.length; at += values) {
    scaled.set(scalePoints(keypoints.subarray(at, at + 2), letterboxing, size), at);
  }
  return scaled;
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
  { ratio, padding: [left, top], clips = true }: Letterboxing,
  originalSize: ImageSize,
): Float32Array {
  checkRatio(ratio);
  const [across, down] = ratio;
  const scaled = mapRows(boxes, ([a, b, c, d]) => [
    (a - left) / across,
    (b - top) / down,
    (c - left) / across,
    (d - top) / down,
  ]);
  return clips ? clipBoxes(scaled, originalSize) : scaled;
}

/** @throws LookonceError `ARGUMENT` when a ratio is not positive */
export function checkRatio(ratio: Letterboxing["ratio"]): void {
  if (ratio.every((value) => value > 0)) return;
  throw new LookonceError(
    "ARGUMENT",
    `ratio must be two positive numbers but is [${ratio.join(", ")}]. Pass the ratio of the letterbox.`,
  );
}

/** {@link scaleBoxes} for the boxes of detections, as a new record. */
export function scaleDetections(detections: Detections, letterboxing: Letterboxing, size: ImageSize): Detections {
  return { ...detections, boxes: scaleBoxes(detections.boxes, letterboxing, size) };
}
