import { roundHalfEven } from "@lookonce/geometry";
import { cropImage } from "./crop-image.ts";
import type { Image, Size } from "./image.ts";
import { type Letterboxed, type LetterboxOptions, letterbox, letterboxGeometry } from "./letterbox.ts";
import { resizeAntialiased } from "./resize-antialiased.ts";
import { checkSize, resizeBilinear } from "./resize-bilinear.ts";

/**
 * How an image is fitted into the size of a network's input.
 *
 * - `letterbox`: as a whole, with a border; see `letterbox`
 * - `center-crop`: the shorter side is resized with antialiasing, the middle of the longer one stays (torchvision's `Resize`
 *   and `CenterCrop`, as in YOLOv8 8.3); a size that is no square is stretched to
 * - `center-square`: the square in the middle is cut out and resized without antialiasing (YOLOv5 7.0)
 */
export type ImageFit = "letterbox" | "center-crop" | "center-square";

/** Options of {@link fitImage}: what they are of a letterbox; crops read `size` only. */
export interface FitOptions extends LetterboxOptions {
  /** Default `letterbox`. */
  fit?: ImageFit;
}

const fits: Record<ImageFit, (image: Image, options: LetterboxOptions) => Letterboxed> = {
  letterbox: letterboxed,
  "center-crop": (image, { size }) => centerCropped(image, sizeOf(size)),
  "center-square": (image, { size }) => squared(image, sizeOf(size)),
};

/**
 * Fits an image into a network's input. The result is read only: it may share the image's memory.
 *
 * The padding of a crop is negative: how far outside the input the image begins.
 *
 * @throws LookonceError `ARGUMENT` when size or stride is not whole and positive
 */
export function fitImage(image: Image, { fit = "letterbox", ...options }: FitOptions): Letterboxed {
  return fits[fit](image, options);
}

function letterboxed(image: Image, options: LetterboxOptions): Letterboxed {
  const geometry = letterboxGeometry(image, options);
  const { width, height } = geometry.canvas;
  return width === image.width && height === image.height ? { ...geometry, image } : letterbox(image, options);
}

function centerCropped(image: Image, canvas: Size): Letterboxed {
  const resized = canvas.width === canvas.height ? resizedSides(image, canvas.width) : canvas;
  const left = roundHalfEven((resized.width - canvas.width) / 2);
  const top = roundHalfEven((resized.height - canvas.height) / 2);
  const data = resizeAntialiased(image, resized, { left, top, ...canvas });
  return place({ image: data, resized, offset: [left, top], original: image });
}

/** An image's size with the shorter side at a length; the longer one is truncated. */
function resizedSides({ width, height }: Size, shorter: number): Size {
  const scaled = (side: number): number => Math.trunc((shorter * side) / Math.min(width, height));
  return { width: scaled(width), height: scaled(height) };
}

function squared(image: Image, canvas: Size): Letterboxed {
  const side = Math.min(image.width, image.height);
  const [left, top] = [Math.floor((image.width - side) / 2), Math.floor((image.height - side) / 2)];
  const square = cropImage(image, { left, top, width: side, height: side });
  const [across, down] = [canvas.width / side, canvas.height / side];
  return place({
    image: resizeBilinear(square, canvas),
    resized: { width: Math.round(image.width * across), height: Math.round(image.height * down) },
    offset: [left * across, top * down],
    original: image,
  });
}

/** Where the original lies on a canvas that is a part of it. */
function place({
  image,
  resized,
  offset: [left, top],
  original,
}: {
  image: Image;
  resized: Size;
  offset: readonly [left: number, top: number];
  original: Size;
}): Letterboxed {
  return {
    image,
    canvas: { width: image.width, height: image.height },
    resized,
    ratio: [resized.width / original.width, resized.height / original.height],
    padding: [0 - left, 0 - top],
    exactPadding: [0 - left, 0 - top],
  };
}

/** @throws LookonceError `ARGUMENT` unless both sides are whole and positive */
function sizeOf(size: LetterboxOptions["size"]): Size {
  const [height, width] = typeof size === "number" ? [size, size] : size;
  checkSize({ width, height });
  return { width, height };
}

/**
 * The middle of an image at a size, as classifiers of YOLOv8 (8.3) see it: its shorter side is resized with antialiasing, and
 * the middle of the longer one stays.
 *
 * @throws LookonceError `ARGUMENT` when size is not whole and positive
 */
export function centerCrop(image: Image, size: LetterboxOptions["size"]): Image {
  return fitImage(image, { fit: "center-crop", size }).image;
}

/**
 * The square in the middle of an image at a size, as classifiers of YOLOv5 (7.0) see it; without antialiasing.
 *
 * @throws LookonceError `ARGUMENT` when size is not whole and positive
 */
export function centerSquare(image: Image, size: LetterboxOptions["size"]): Image {
  return fitImage(image, { fit: "center-square", size }).image;
}
