import { sometimes, type Transform } from "../compose.ts";
import type { Picture } from "../picture.ts";
import { type ClaheOptions, equaliseAdaptively } from "./clahe-plane.ts";
import { fromLab, toLab } from "./lab.ts";
import { luma, withLuma } from "./luma.ts";

/** Options of {@link applyClahe}. */
export interface ApplyClaheOptions extends ClaheOptions {
  /** What is equalised: `lab`, the lightness of Lab (Albumentations), or `yuv`, luma (YOLOv5). Default `lab`. */
  space?: "lab" | "yuv";
}

/** Options of {@link randomClahe}. */
export interface RandomClaheOptions extends Omit<ApplyClaheOptions, "clipLimit"> {
  probability: number;
  /** The clip limit is drawn uniformly between these. Default 1 to 4. */
  clipLimit?: readonly [low: number, high: number];
}

/** Contrast-limited adaptive histogram equalisation of a picture's lightness; its colours stay. */
export function applyClahe(picture: Picture, { space = "lab", ...options }: ApplyClaheOptions = {}): Picture {
  if (space === "yuv") return withLuma(picture, equaliseAdaptively(luma(picture), options));
  const lab = toLab(picture);
  return fromLab({ ...lab, lightness: equaliseAdaptively(lab.lightness, options) });
}

/** CLAHE with a probability, by default as Albumentations'. Boxes and polygons stay. */
export function randomClahe({ probability, clipLimit = [1, 4], ...options }: RandomClaheOptions): Transform {
  return sometimes(probability, (sample, rng) => ({
    ...sample,
    picture: applyClahe(sample.picture, { ...options, clipLimit: rng.uniform(clipLimit[0], clipLimit[1]) }),
  }));
}
