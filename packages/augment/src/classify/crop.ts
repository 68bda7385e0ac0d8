import { roundHalfEven } from "@lookonce/geometry";
import { cropImage, type Image, resizeAntialiased, type Size, type Window } from "@lookonce/image";
import type { Random } from "@lookonce/random";

/** What {@link drawRandomCrop} and {@link drawErasing} draw from. */
export interface CropRange {
  /** Smallest and largest share of the image's area. */
  area: readonly [low: number, high: number];
  /** Smallest and largest width by height; their logarithms are equally likely. */
  aspect: readonly [low: number, high: number];
}

/** Tries before a crop that fits is no longer hoped for. */
const TRIES = 10;

/**
 * Draws a part of an image: area, aspect, then top and left (Szegedy et al. 2014, as torchvision's RandomResizedCrop).
 * Where ten tries do not fit into the image, it is the largest part in the middle whose aspect is allowed.
 */
export function drawRandomCrop({ width, height }: Size, range: CropRange, rng: Random): Window {
  for (let i = 0; i < TRIES; i++) {
    const [w, h] = drawSides(width * height, range, rng);
    if (w < 1 || h < 1 || w > width || h > height) continue;
    return placedIn({ width, height }, { width: w, height: h }, rng);
  }
  const [low, high] = range.aspect;
  const aspect = width / height;
  const w = aspect > high ? Math.max(1, roundHalfEven(height * high)) : width;
  const h = aspect < low ? Math.max(1, roundHalfEven(width / low)) : height;
  return { left: Math.floor((width - w) / 2), top: Math.floor((height - h) / 2), width: w, height: h };
}

/**
 * Draws the part that random erasing paints over: area, height by width, then top and left (Zhong et al. 2017, as
 * torchvision's RandomErasing). It is smaller than the image; `undefined` where ten tries are not.
 */
export function drawErasing({ width, height }: Size, range: CropRange, rng: Random): Window | undefined {
  for (let i = 0; i < TRIES; i++) {
    const [h, w] = drawSides(width * height, range, rng);
    if (w < 1 || h < 1 || w >= width || h >= height) continue;
    return placedIn({ width, height }, { width: w, height: h }, rng);
  }
  return undefined;
}

/** A part of this size anywhere in an image: its top is drawn, then its left. */
function placedIn(image: Size, { width, height }: Size, rng: Random): Window {
  const top = rng.integer(0, image.height - height + 1);
  return { left: rng.integer(0, image.width - width + 1), top, width, height };
}

function drawSides(pixels: number, { area, aspect }: CropRange, rng: Random): [long: number, short: number] {
  const share = pixels * rng.uniform(...area);
  const ratio = Math.exp(rng.uniform(Math.log(aspect[0]), Math.log(aspect[1])));
  return [roundHalfEven(Math.sqrt(share * ratio)), roundHalfEven(Math.sqrt(share / ratio))];
}

/** A part of an image, resized bilinearly with antialiasing. */
export function resizedCrop(image: Image, crop: Window, size: Size): Image {
  return resizeAntialiased(cropImage(image, crop), size);
}

/** The image with a part of it black. */
export function eraseImage(image: Image, { left, top, width, height }: Window): Image {
  const data = image.data.slice();
  for (let y = top; y < top + height; y++) {
    const from = (y * image.width + left) * 3;
    data.fill(0, from, from + width * 3);
  }
  return { data, width: image.width, height: image.height };
}
