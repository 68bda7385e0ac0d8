import { LookonceError } from "@lookonce/errors";
import type { Image } from "./image.ts";

/** @throws LookonceError `ARGUMENT`: only browsers have what a canvas draws */
export function readDrawable(_source: object): Image {
  throw new LookonceError(
    "ARGUMENT",
    "An image's pixels are expected: { data, width, height, channels }. Bitmaps, canvases and video frames exist in browsers only.",
  );
}
