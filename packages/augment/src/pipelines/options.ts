import { LookonceError } from "@lookonce/errors";
import type { Size } from "@lookonce/image";
import type { Transform } from "../compose.ts";
import type { SampleSource } from "../sample.ts";

/** Options of `v5Augmentation` and `v8Augmentation`. */
export interface AugmentationOptions {
  /** Side of the image that comes out, in pixels. */
  imgsz: number;
  /**
   * Size of the image that comes out of rectangular training, in pixels: images are letterboxed to it, and none is mixed
   * with others (no mosaic, MixUp and CutMix). Default: a square of `imgsz`.
   */
  canvas?: Size;
  /** Your own transforms, done last, each to every image. */
  transforms?: readonly Transform[];
}

/** What the stages of a pipeline share. */
export interface Settings<Hyp> {
  hyp: Hyp;
  imgsz: number;
  /** The output. */
  size: Size;
  source: SampleSource;
}

/** @throws LookonceError `ARGUMENT` unless `imgsz` is a whole number of at least 1 */
export function outputSize({ imgsz, canvas }: AugmentationOptions): Size {
  if (Number.isInteger(imgsz) && imgsz >= 1) return canvas ?? { width: imgsz, height: imgsz };
  throw new LookonceError("ARGUMENT", `imgsz must be a whole number of at least 1, not ${imgsz}.`);
}
