import type { LookonceError, SentError } from "@lookonce/errors";
import type { FitOptions, Image } from "@lookonce/image";
import type { DetectedImage, PreparedImage, ResolvedDetectOptions } from "../detect.ts";
import type { DetectorOutput, DetectorSpec } from "../detector/detector.ts";
import type { ImageSource } from "../sources/source.ts";

/** The `workerData` of a worker thread. */
export interface WorkerSetup {
  /** How images are prepared; absent where they come prepared. */
  fit?: FitOptions;
  /** The network to run; without one a worker only prepares images. */
  spec: DetectorSpec | undefined;
  /** Threads that the network may use. */
  threads: number;
  /** Whether outputs of `run` have the raw maps. */
  raw?: boolean;
}

/** The result of an image: detected, or only prepared where the network runs elsewhere, or not readable. */
export type ThreadResult<E = LookonceError> =
  | { image: Image; detected: DetectedImage }
  | { prepared: PreparedImage }
  | { error: E };

export type WorkerOutcome = ThreadResult<SentError>;

export interface DetectionTasks {
  /** Prepares images and, where the worker has a network, detects objects in them. */
  detect: {
    request: { images: readonly ImageSource[]; options: ResolvedDetectOptions };
    response: WorkerOutcome[];
  };
  /** Runs the network on an image that is prepared already. */
  run: { request: { image: Image; conf: number }; response: DetectorOutput };
}

/** The memory of images that can move to another thread, each piece once. A view of a part of a larger piece cannot. */
export function memoryOf(images: readonly Image[]): ArrayBuffer[] {
  const buffers = images.flatMap(({ data: { buffer, byteLength } }) =>
    buffer instanceof ArrayBuffer && byteLength === buffer.byteLength ? [buffer] : [],
  );
  return [...new Set(buffers)];
}
