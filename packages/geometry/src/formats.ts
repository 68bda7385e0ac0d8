import { mapRows } from "./box-rows.ts";

/** Width and height of an image in pixels. */
export interface ImageSize {
  width: number;
  height: number;
}

/** Rows of (left, top, right, bottom) to rows of (center x, center y, width, height), same unit. */
export function xyxyToXywh(boxes: ArrayLike<number>): Float32Array {
  return mapRows(boxes, ([left, top, right, bottom]) => [
    (left + right) / 2,
    (top + bottom) / 2,
    right - left,
    bottom - top,
  ]);
}

/** Rows of (center x, center y, width, height) to rows of (left, top, right, bottom), same unit. */
export function xywhToXyxy(boxes: ArrayLike<number>): Float32Array {
  return mapRows(boxes, ([x, y, width, height]) => [x - width / 2, y - height / 2, x + width / 2, y + height / 2]);
}

/**
 * Rows of (left, top, right, bottom) in pixels to rows of (center x, center y, width, height) as shares of the
 * image's sides, the format of YOLO label files.
 */
export function xyxyToNormalizedXywh(boxes: ArrayLike<number>, { width, height }: ImageSize): Float32Array {
  return mapRows(boxes, ([left, top, right, bottom]) => [
    (left + right) / 2 / width,
    (top + bottom) / 2 / height,
    (right - left) / width,
    (bottom - top) / height,
  ]);
}

/**
 * Rows of (center x, center y, width, height) as shares of the image's sides, the format of YOLO label files, to rows
 * of (left, top, right, bottom) in pixels. `padding` ([left, top], pixels) is added, for an image inside a larger one.
 */
export function normalizedXywhToXyxy(
  boxes: ArrayLike<number>,
  size: ImageSize,
  [left, top]: readonly [left: number, top: number] = [0, 0],
): Float32Array {
  return mapRows(boxes, ([x, y, width, height]) => [
    (x - width / 2) * size.width + left,
    (y - height / 2) * size.height + top,
    (x + width / 2) * size.width + left,
    (y + height / 2) * size.height + top,
  ]);
}

/** Rows of x, y pairs in pixels, two a box, to shares of the image's sides. Works on xyxy and xywh rows alike. */
export function normalizeBoxes(boxes: ArrayLike<number>, size: ImageSize): Float32Array {
  return scaleSides(boxes, 1 / size.width, 1 / size.height);
}

/** The inverse of {@link normalizeBoxes}: shares of the image's sides to pixels. */
export function denormalizeBoxes(boxes: ArrayLike<number>, size: ImageSize): Float32Array {
  return scaleSides(boxes, size.width, size.height);
}

function scaleSides(boxes: ArrayLike<number>, horizontal: number, vertical: number): Float32Array {
  return mapRows(boxes, ([a, b, c, d]) => [a * horizontal, b * vertical, c * horizontal, d * vertical]);
}
