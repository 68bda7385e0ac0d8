import { type Image, resizeArea, resizeBilinear, type Size } from "@lookonce/image";

/** Whose rules hold where YOLOv5 (7.0) and YOLOv8 (8.3) load images differently. */
export type LoadingRules = "v5" | "v8";

/**
 * The size an image is loaded at: its longer side becomes `imgsz`; the shorter one is rounded up in YOLOv8, and cut to
 * a whole number in YOLOv5.
 */
export function loadSize({ width, height }: Size, imgsz: number, rules: LoadingRules): Size {
  const ratio = imgsz / Math.max(width, height);
  if (ratio === 1) return { width, height };
  if (rules === "v5") {
    return { width: Math.max(1, Math.trunc(width * ratio)), height: Math.max(1, Math.trunc(height * ratio)) };
  }
  return { width: Math.min(Math.ceil(width * ratio), imgsz), height: Math.min(Math.ceil(height * ratio), imgsz) };
}

/** How images are resized when they are loaded. */
export interface LoadingForm {
  /** Their longer side, in pixels. */
  imgsz: number;
  rules: LoadingRules;
  /** Whether they are to be augmented. */
  training: boolean;
}

/** Resizes to {@link loadSize}: bilinearly, but YOLOv5 shrinks by area averaging where images are not augmented. */
export function resizeForLoading(image: Image, { imgsz, rules, training }: LoadingForm): Image {
  const size = loadSize(image, imgsz, rules);
  if (size.width === image.width && size.height === image.height) return image;
  const shrinks = imgsz < Math.max(image.width, image.height);
  return rules === "v5" && shrinks && !training ? resizeArea(image, size) : resizeBilinear(image, size);
}

/** A name that differs where loading would give other pixels for the same file: in training another decoder reads it. */
export function formName({ imgsz, rules, training }: LoadingForm): string {
  return `${imgsz}-${rules}${training ? "-train" : ""}`;
}
