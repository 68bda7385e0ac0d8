// Functions of packages that load sharp or TensorFlow.js, which commands that need neither must not wait for.
import type { Image, ImageHeader, ReadImageOptions } from "@lookonce/image";
import type { LayerPair, LayerSummary } from "@lookonce/nn";

/** Reads an image file as 8-bit RGB; see `readImage` of `@lookonce/image`. */
export async function readImage(source: string | Uint8Array, options: ReadImageOptions = {}): Promise<Image> {
  const { readImage: read } = await import("@lookonce/image");
  return read(source, options);
}

/** Reads size, orientation and format of an image file; see `readImageHeader` of `@lookonce/image`. */
export async function readImageHeader(source: string | Uint8Array): Promise<ImageHeader> {
  const { readImageHeader: read } = await import("@lookonce/image");
  return read(source);
}

/** Returns whether a file is of a format that {@link readImage} decodes, by its first bytes. */
export async function isImage(file: Uint8Array): Promise<boolean> {
  const { imageFormat } = await import("@lookonce/image");
  return imageFormat(file) !== undefined;
}

/** Returns the names of the model files that are shipped, such as `yolov8.yaml`. */
export async function shippedModels(): Promise<string[]> {
  const { shippedModels: list } = await import("@lookonce/nn");
  return [...list()];
}

/** Pairs the layers of two models' summaries. */
export async function compareLayers(
  left: readonly LayerSummary[],
  right: readonly LayerSummary[],
): Promise<LayerPair[]> {
  const { compareLayers: compare } = await import("@lookonce/nn");
  return compare(left, right);
}
