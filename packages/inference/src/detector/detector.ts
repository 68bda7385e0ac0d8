import type { FamilySettings } from "@lookonce/config";
import type { Task } from "@lookonce/families";
import type { HeadSpec, Prediction } from "@lookonce/geometry";
import type { Image, Size } from "@lookonce/image";
import type { BranchName } from "@lookonce/nn";
import type { EngineTensor } from "../engine/onnx-engine.ts";

/** Output of a network for images of one size. */
export interface DetectorOutput {
  /** Decoded predictions before suppression, one for each image. */
  predictions: Prediction[];
  /** Raw maps in the order of the head's, [N, h, w, outputs per cell]; only of detectors created with `raw`. */
  raw?: EngineTensor[];
  /** Milliseconds before the network ran: compiling for a new size, converting pixels. */
  prepareMs: number;
  /** Milliseconds of the network, for all images together. */
  inferenceMs: number;
}

/** What detection reads of a family's settings, which other threads get a copy of. */
export type DetectorFamily = Pick<FamilySettings, "name" | "nms" | "loading" | "hasObjectness">;

/** A network with its decoding, from whatever kind of model: what prediction and validation run. */
export interface Detector {
  readonly family: DetectorFamily;
  /** How predictions become detections; absent for boxes. */
  readonly task?: Task;
  /** Class names by class number. */
  readonly names: readonly string[];
  /** Sides of images are multiples of this. */
  readonly stride: number;
  /** The only size that it accepts; absent where it accepts any. */
  readonly fixedSize?: Size | undefined;
  /** Branches of its head: with and without duplicates, or the one that an exported file has. Default: the one with. */
  readonly branches?: readonly BranchName[];
  /** Whether suppression is part of the network: the default is not to suppress again. */
  readonly isSuppressed?: boolean;
  /**
   * Runs the network on images of one size, whose sides are multiples of the stride.
   *
   * @param conf anchors whose confidence does not exceed it may be left out
   */
  detect(images: readonly Image[], conf: number): Promise<DetectorOutput>;
  /** Describes the detector for another thread; absent, or `undefined`, where it can only run in this one. */
  spec?(): Promise<DetectorSpec | undefined>;
  /** Frees what was compiled. */
  dispose(): Promise<void>;
}

/** A detector as plain data, which can be sent to another thread. The bytes of models are in shared memory. */
export type DetectorSpec =
  | {
      kind: "maps";
      /** An ONNX model from bytes [N, H, W, 3] of any size to the raw maps. */
      model: Uint8Array<SharedArrayBuffer>;
      names: readonly string[];
      stride: number;
      family: DetectorFamily;
      /** Name of the task. */
      task: string;
      head: HeadSpec;
    }
  | { kind: "file"; path: string; bytes: number };

/**
 * Pixels of images of one size in one array, [count, height, width, 3]; not copied where they are consecutive in memory
 * already, as the images of a loader's batch are.
 *
 * @param count how many images the array has room for; the rest stays black
 */
export function joinPixels(images: readonly Image[], count: number = images.length): Uint8Array {
  const [first] = images;
  if (first === undefined) return new Uint8Array(0);
  const { buffer, byteOffset, length } = first.data;
  const isConsecutive = images.every(
    ({ data }, i) => data.buffer === buffer && data.byteOffset === byteOffset + i * length,
  );
  if (isConsecutive && count === images.length) return new Uint8Array(buffer, byteOffset, count * length);
  const joined = new Uint8Array(length * count);
  images.forEach(({ data }, i) => {
    joined.set(data, i * length);
  });
  return joined;
}

/** What predictions have besides their numbers. */
export interface PredictionKind
  extends Pick<Prediction, "hasObjectness">,
    Partial<Pick<Prediction, "layout" | "extras" | "keypointShape" | "endToEnd">> {
  /** The prototypes of all images, [N, h, w, channels]. */
  prototypes?: EngineTensor | undefined;
}

/** The predictions of the first `count` images of a batch's output, without copying. */
export function splitPredictions(
  { data, shape }: EngineTensor,
  count: number,
  { layout = "NAC", prototypes, hasObjectness, extras = 0, keypointShape, endToEnd }: PredictionKind,
): Prediction[] {
  const [, rows, columns] = shape as [number, number, number];
  const kind = { layout, hasObjectness, extras, keypointShape, endToEnd };
  return Array.from({ length: count }, (_, i): Prediction => {
    const one = { ...kind, data: imageOf(data, i, rows * columns), shape: [1, rows, columns] };
    if (prototypes === undefined) return one;
    const [, height = 0, width = 0, channels = 0] = prototypes.shape;
    const values = imageOf(prototypes.data, i, height * width * channels);
    return { ...one, prototypes: { data: values, shape: [height, width, channels] } };
  });
}

function imageOf(data: Float32Array, index: number, size: number): Float32Array {
  return data.subarray(index * size, (index + 1) * size);
}
