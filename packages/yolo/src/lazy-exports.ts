// Functions of packages that load sharp or TensorFlow.js, which commands that need neither must not wait for.
import type * as image from "@lookonce/image";
import type { LayerPair, LayerSummary } from "@lookonce/nn";
import type { MlflowLoggerOptions, ProgressStream, TrainCallbacks } from "@lookonce/trainer";
import type { PlainTracker, PlainTrackerOptions } from "./plain-tracker.ts";

/** Reads an image file as 8-bit RGB; see `readImage` of `@lookonce/image`. */
export const readImage: typeof image.readImage = async (...given) =>
  (await import("@lookonce/image")).readImage(...given);

/** Reads size, orientation and format of an image file in JavaScript; see `parseImageHeader` of `@lookonce/image`. */
export async function parseImageHeader(file: Uint8Array): Promise<image.ImageHeader | undefined> {
  return (await import("@lookonce/image")).parseImageHeader(file);
}

/** Returns whether a file is of a format that {@link readImage} decodes, by its first bytes. */
export async function isImage(file: Uint8Array): Promise<boolean> {
  return (await import("@lookonce/image")).imageFormat(file) !== undefined;
}

/**
 * Creates a tracker of what was found elsewhere, such as in other processes.
 *
 * @throws LookonceError `ARGUMENT` for settings, lines or zones that cannot be used
 */
export async function createTracker(options: PlainTrackerOptions = {}): Promise<PlainTracker> {
  return new (await import("./plain-tracker.ts")).PlainTracker(options);
}

/** Returns the names of the model files that are shipped, such as `yolov8.yaml`. */
export async function shippedModels(): Promise<string[]> {
  return [...(await import("@lookonce/nn")).shippedModels()];
}

/** Pairs the layers of two models' summaries. */
export async function compareLayers(
  left: readonly LayerSummary[],
  right: readonly LayerSummary[],
): Promise<LayerPair[]> {
  return (await import("@lookonce/nn")).compareLayers(left, right);
}

/** Callbacks for `YOLO.train` that show how it goes: a live line on a terminal, a plain line an epoch elsewhere. */
export async function progress(stream: ProgressStream): Promise<TrainCallbacks> {
  return (await import("@lookonce/trainer")).progress(stream);
}

/**
 * Callbacks for `YOLO.train` that log it to a tracking server of MLflow; see `mlflowLogger` of `@lookonce/trainer`.
 *
 * @throws LookonceError `ARGUMENT` for an address that is none of HTTP
 */
export async function mlflowLogger(options: MlflowLoggerOptions): Promise<TrainCallbacks> {
  return (await import("@lookonce/trainer")).mlflowLogger(options);
}

/**
 * Whether `YOLO.train` can resume a checkpoint: it is the `last.safetensors` of a training that did not come to its end.
 *
 * @throws LookonceError when the file cannot be read
 */
export async function canResume(file: string): Promise<boolean> {
  return (await import("@lookonce/checkpoint")).readCheckpoint(file).training !== undefined;
}
