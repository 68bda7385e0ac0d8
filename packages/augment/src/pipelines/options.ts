import { LookonceError } from "@lookonce/errors";
import type { Size } from "@lookonce/image";
import type { Transform } from "../compose.ts";
import type { Objects, SampleSource } from "../sample.ts";

/** Options of `v5Augmentation` and `v8Augmentation`. */
export interface AugmentationOptions {
  /** Side of the image that comes out, in pixels. */
  imgsz: number;
  /**
   * Size of the image that comes out of rectangular training, in pixels: images are letterboxed to it, and none is mixed
   * with others (no mosaic, MixUp and CutMix). Default: a square of `imgsz`.
   */
  canvas?: Size;
  /**
   * For each keypoint of an object, which one of the original a mirrored image shows there: a left hand shows the right one
   * (`flip_idx`). Images whose objects have keypoints are flipped only where it is given.
   */
  flip?: readonly number[] | undefined;
  /** Points that outlines get before an edge cuts them. Default 1000; YOLOv8 has 100 where objects are oriented boxes. */
  outlinePoints?: number | undefined;
  /** Your own transforms, done last, each to every image. */
  transforms?: readonly Transform[];
}

/** What the stages of a pipeline share. */
export interface Settings<Hyp> extends Pick<AugmentationOptions, "imgsz" | "flip" | "outlinePoints"> {
  hyp: Hyp;
  /** The output. */
  size: Size;
  source: SampleSource;
}

/** Whether an image may be mirrored: which of its keypoints change places is known. */
export function canFlip({ keypoints }: Objects, flip: readonly number[] | undefined): boolean {
  return keypoints === undefined || flip !== undefined;
}

/** @throws LookonceError `ARGUMENT` unless `imgsz` is a whole number of at least 1 */
export function outputSize({ imgsz, canvas }: AugmentationOptions): Size {
  if (Number.isInteger(imgsz) && imgsz >= 1) return canvas ?? { width: imgsz, height: imgsz };
  throw new LookonceError("ARGUMENT", `imgsz must be a whole number of at least 1, not ${imgsz}.`);
}
