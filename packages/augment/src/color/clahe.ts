import type { Image } from "@lookonce/image";
import { sometimes, type Transform } from "../compose.ts";
import { type ClaheOptions, equalizeAdaptively } from "./clahe-plane.ts";
import { fromLab, toLab } from "./lab.ts";
import { luma, withLuma } from "./luma.ts";

/** Options of {@link applyClahe}. */
export interface ApplyClaheOptions extends ClaheOptions {
  /** What is equalized: `lab`, the lightness of Lab (Albumentations), or `yuv`, luma (YOLOv5). Default `lab`. */
  space?: "lab" | "yuv";
}

/** Options of {@link randomClahe}. */
export interface RandomClaheOptions extends Omit<ApplyClaheOptions, "clipLimit"> {
  probability: number;
  /** The clip limit is drawn uniformly between these. Default 1 to 4. */
  clipLimit?: readonly [low: number, high: number];
}

/** Contrast-limited adaptive histogram equalization of an image's lightness; its colors stay. */
export function applyClahe(image: Image, { space = "lab", ...options }: ApplyClaheOptions = {}): Image {
  if (space === "yuv") return withLuma(image, equalizeAdaptively(luma(image), options));
  const lab = toLab(image);
  return fromLab({ ...lab, lightness: equalizeAdaptively(lab.lightness, options) });
}

/** CLAHE with a probability, by default as Albumentations'. Boxes and polygons stay. */
export function randomClahe({ probability, clipLimit = [1, 4], ...options }: RandomClaheOptions): Transform {
  return sometimes(probability, (sample, rng) => ({
    ...sample,
    image: applyClahe(sample.image, { ...options, clipLimit: rng.uniform(clipLimit[0], clipLimit[1]) }),
  }));
}
