import { blankImage, type Image, type Size } from "@lookonce/image";
import type { Objects, Sample } from "../sample.ts";

/** A part of a canvas in whole pixels, half open; it may reach beyond it. */
export interface Window {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** A part of an image at its place on a canvas: the window that it covers. */
export interface Tile extends Window {
  image: Image;
  /** Where the image's left top corner lies on the canvas, perhaps outside of it. */
  left: number;
  top: number;
}

/**
 * An image that is not drawn yet: parts of other images on a canvas, later ones above earlier ones, and its objects
 * in the canvas's pixels. A mosaic that is warped is never drawn as a whole.
 */
export interface Scene extends Size, Objects {
  tiles: readonly Tile[];
  /** The gray where no tile lies, and around the canvas. */
  fill: number;
}

/** The gray that fills borders in YOLOv5 and YOLOv8. */
export const BORDER_GRAY = 114;

/** The scene that shows one sample. */
export function sceneOf({ image, ...objects }: Sample, fill: number = BORDER_GRAY): Scene {
  const { width, height } = image;
  return { ...objects, width, height, fill, tiles: [{ image, left: 0, top: 0, x1: 0, y1: 0, x2: width, y2: height }] };
}

/** The sample that the scene shows. */
export function drawScene({ tiles, fill, width, height, ...objects }: Scene): Sample {
  const image = blankImage({ width, height }, fill);
  drawTiles(tiles, { x1: 0, y1: 0, x2: width, y2: height }, image.data);
  return { ...objects, image };
}

/** Copies what the tiles show of the window into `target`, its pixels row by row; the rest stays as it is. */
export function drawTiles(tiles: readonly Tile[], window: Window, target: Uint8Array): void {
  const stride = (window.x2 - window.x1) * 3;
  for (const { image, left, top, ...part } of tiles) {
    const x1 = Math.max(part.x1, window.x1);
    const x2 = Math.min(part.x2, window.x2);
    if (x1 >= x2) continue;
    for (let y = Math.max(part.y1, window.y1); y < Math.min(part.y2, window.y2); y++) {
      const from = ((y - top) * image.width + x1 - left) * 3;
      target.set(image.data.subarray(from, from + (x2 - x1) * 3), (y - window.y1) * stride + (x1 - window.x1) * 3);
    }
  }
}
