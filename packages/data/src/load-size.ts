import type { LoadingRules } from "@lookonce/config";
import { type Image, resizeArea, resizeBilinear, type Size } from "@lookonce/image";

/** Returns the size that an image is loaded at: its longer side becomes `imgsz`, the shorter one a whole number by the rule. */
export function loadSize(
  { width, height }: Size,
  imgsz: number,
  { shorterSide }: Pick<LoadingRules, "shorterSide">,
): Size {
  const ratio = imgsz / Math.max(width, height);
  if (ratio === 1) return { width, height };
  if (shorterSide === "truncate") {
    return { width: Math.max(1, Math.trunc(width * ratio)), height: Math.max(1, Math.trunc(height * ratio)) };
  }
  return { width: Math.min(Math.ceil(width * ratio), imgsz), height: Math.min(Math.ceil(height * ratio), imgsz) };
}

/** How images are resized when they are loaded. */
export interface ResizeSpec {
  /** Their longer side, in pixels. */
  imgsz: number;
  loading: LoadingRules;
  /** Whether they are to be augmented; such images are always resized bilinearly. */
  training: boolean;
  /** Whether they stay as large as they are, because they are cut to size later. */
  fullSize?: boolean;
}

/** The size that an image of this size has after loading. */
export function loadedSize(size: Size, { imgsz, loading, fullSize = false }: ResizeSpec): Size {
  return fullSize ? { width: size.width, height: size.height } : loadSize(size, imgsz, loading);
}

/** Resizes to {@link loadedSize}. */
export function resizeForLoading(image: Image, spec: ResizeSpec): Image {
  const { imgsz, loading, training } = spec;
  const size = loadedSize(image, spec);
  if (size.width === image.width && size.height === image.height) return image;
  const shrinks = imgsz < Math.max(image.width, image.height);
  const averages = loading.shrinking === "area" && shrinks && !training;
  return averages ? resizeArea(image, size) : resizeBilinear(image, size);
}

/** A name that differs where loading would return other pixels for the same file: in training another decoder reads it. */
export function resizeName({ imgsz, loading: { shorterSide, shrinking }, training, fullSize }: ResizeSpec): string {
  const size = fullSize ? "full" : `${imgsz}-${shorterSide}-${shrinking}`;
  return `${size}${training ? "-train" : ""}`;
}
