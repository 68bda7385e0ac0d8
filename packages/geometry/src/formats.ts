import { countBoxes } from "./box-rows.ts";

/** Width and height of an image in pixels. */
export interface ImageSize {
  width: number;
  height: number;
}

/** Rows of (left, top, right, bottom) to rows of (center x, center y, width, height), same unit. */
export function xyxyToXywh(boxes: ArrayLike<number>): Float32Array {
  countBoxes(boxes, "boxes");
  const out = new Float32Array(boxes.length);
  for (let i = 0; i < out.length; i += 4) {
    out[i] = (boxes[i]! + boxes[i + 2]!) / 2;
    out[i + 1] = (boxes[i + 1]! + boxes[i + 3]!) / 2;
    out[i + 2] = boxes[i + 2]! - boxes[i]!;
    out[i + 3] = boxes[i + 3]! - boxes[i + 1]!;
  }
  return out;
}

/** Rows of (center x, center y, width, height) to rows of (left, top, right, bottom), same unit. */
export function xywhToXyxy(boxes: ArrayLike<number>): Float32Array {
  countBoxes(boxes, "boxes");
  const out = new Float32Array(boxes.length);
  for (let i = 0; i < out.length; i += 4) {
    const halfWidth = boxes[i + 2]! / 2;
    const halfHeight = boxes[i + 3]! / 2;
    out[i] = boxes[i]! - halfWidth;
    out[i + 1] = boxes[i + 1]! - halfHeight;
    out[i + 2] = boxes[i]! + halfWidth;
    out[i + 3] = boxes[i + 1]! + halfHeight;
  }
  return out;
}

/**
 * Rows of (left, top, right, bottom) in pixels to rows of (center x, center y, width, height) as shares of the
 * image's sides, the form of YOLO label files.
 */
export function xyxyToNormalizedXywh(boxes: ArrayLike<number>, size: ImageSize): Float32Array {
  countBoxes(boxes, "boxes");
  const { width, height } = size;
  const out = new Float32Array(boxes.length);
  for (let i = 0; i < out.length; i += 4) {
    out[i] = (boxes[i]! + boxes[i + 2]!) / 2 / width;
    out[i + 1] = (boxes[i + 1]! + boxes[i + 3]!) / 2 / height;
    out[i + 2] = (boxes[i + 2]! - boxes[i]!) / width;
    out[i + 3] = (boxes[i + 3]! - boxes[i + 1]!) / height;
  }
  return out;
}

/**
 * Rows of (center x, center y, width, height) as shares of the image's sides, the form of YOLO label files, to rows
 * of (left, top, right, bottom) in pixels. `padding` ([left, top], pixels) is added, for an image inside a larger one.
 */
export function normalizedXywhToXyxy(
  boxes: ArrayLike<number>,
  size: ImageSize,
  padding: readonly [left: number, top: number] = [0, 0],
): Float32Array {
  countBoxes(boxes, "boxes");
  const { width, height } = size;
  const [left, top] = padding;
  const out = new Float32Array(boxes.length);
  for (let i = 0; i < out.length; i += 4) {
    out[i] = (boxes[i]! - boxes[i + 2]! / 2) * width + left;
    out[i + 1] = (boxes[i + 1]! - boxes[i + 3]! / 2) * height + top;
    out[i + 2] = (boxes[i]! + boxes[i + 2]! / 2) * width + left;
    out[i + 3] = (boxes[i + 1]! + boxes[i + 3]! / 2) * height + top;
  }
  return out;
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
  countBoxes(boxes, "boxes");
  return Float32Array.from(boxes, (value, i) => value * (i % 2 === 0 ? horizontal : vertical));
}
