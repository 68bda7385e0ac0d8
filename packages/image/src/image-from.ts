import { LookonceError } from "@lookonce/errors";
import { readDrawable } from "#drawable";
import type { Image } from "./image.ts";

/** Pixels as other libraries return them: gray (1), RGB (3) or RGBA (4, whose alpha is dropped), row by row from the top. */
export interface RawPixels {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  channels: 1 | 3 | 4;
}

/** Instances of a class that programs for browsers know, and others do not. */
type Instance<Name extends string> = typeof globalThis extends { [K in Name]: { prototype: infer T } } ? T : never;

/** What a canvas can draw, in browsers: bitmaps, canvases, images, videos and their frames. */
export type Drawable =
  | Instance<"ImageBitmap">
  | Instance<"OffscreenCanvas">
  | Instance<"HTMLCanvasElement">
  | Instance<"HTMLImageElement">
  | Instance<"HTMLVideoElement">
  | Instance<"VideoFrame">;

/** Pixels in memory: of this package, of other libraries, of a canvas (`ImageData`), or what a canvas can draw. */
export type PixelSource = Image | RawPixels | Instance<"ImageData"> | Drawable;

/**
 * Makes an image of pixels that are in memory. RGB itself is not copied; gray is spread to three channels, alpha is dropped.
 *
 * What a canvas can draw is read as it shows: a video's or a camera's current frame, an `<img>` in its own size. It is not closed.
 *
 * @throws LookonceError `ARGUMENT` when pixels and size do not fit each other, or nothing can be drawn yet; `IO` when the browser
 *   keeps the pixels of another origin from the page
 */
export function imageFrom(pixels: PixelSource): Image {
  if (!("data" in pixels)) return readDrawable(pixels);
  if ("colorSpace" in pixels) {
    const { data, width, height } = pixels;
    return toRgb({ data: data as Uint8ClampedArray, width, height, channels: 4 });
  }
  return toRgb(pixels);
}

function toRgb(pixels: Image | RawPixels): Image {
  const { data, width, height } = pixels;
  const channels = "channels" in pixels ? pixels.channels : 3;
  checkPixels(pixels, channels);
  if (channels === 3) {
    const bytes = data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return { data: bytes, width, height };
  }
  const rgb = new Uint8Array(width * height * 3);
  const [green, blue] = channels === 1 ? [0, 0] : [1, 2];
  for (let from = 0, to = 0; from < data.length; from += channels, to += 3) {
    rgb[to] = data[from] as number;
    rgb[to + 1] = data[from + green] as number;
    rgb[to + 2] = data[from + blue] as number;
  }
  return { data: rgb, width, height };
}

function checkPixels({ data, width, height }: Image | RawPixels, channels: number): void {
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw new LookonceError("ARGUMENT", "The pixels of an image must be bytes (Uint8Array), RGB from 0 to 255.");
  }
  for (const [name, side] of Object.entries({ width, height })) {
    if (Number.isInteger(side) && side > 0) continue;
    throw new LookonceError("ARGUMENT", `An image's ${name} must be a whole number of pixels, not ${side}.`);
  }
  if (![1, 3, 4].includes(channels)) {
    throw new LookonceError("ARGUMENT", `Pixels have 1, 3 or 4 channels (gray, RGB, RGBA), not ${channels}.`);
  }
  const area = width * height;
  if (data.length === area * channels) return;
  const fitting = [1, 3, 4].find((count) => data.length === area * count);
  const hint = fitting === undefined ? "" : ` They fit channels: ${fitting}.`;
  throw new LookonceError(
    "ARGUMENT",
    `Pixels of ${width} × ${height} with ${channels} channels are ${area * channels} bytes, not ${data.length}.${hint}`,
  );
}
