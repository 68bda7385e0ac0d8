import type { LookonceError } from "@lookonce/errors";
import type { Image, LetterboxOptions } from "@lookonce/image";
import type { SentError } from "@lookonce/worker-pool";
import type { DetectedImage, PreparedImage, ResolvedDetectOptions } from "../detect.ts";
import type { DetectorSpec } from "../detector/detector.ts";
import type { ImageSource } from "../sources/source.ts";

/** The `workerData` of a worker thread. */
export interface WorkerSetup {
  letterbox: LetterboxOptions;
  /** The network to run; without one a worker only prepares images. */
  spec: DetectorSpec | undefined;
  /** Threads that the network may use. */
  threads: number;
}

/** The result of an image: detected, or only prepared where the network runs elsewhere, or not readable. */
export type ThreadResult<E = LookonceError> =
  | { image: Image; detected: DetectedImage }
  | { prepared: PreparedImage }
  | { error: E };

export type WorkerOutcome = ThreadResult<SentError>;

/** Tasks of a predictor's worker threads: images to prepare and, where the worker has a network, to detect objects in. */
export interface DetectionTasks {
  detect: {
    request: { images: readonly ImageSource[]; options: ResolvedDetectOptions };
    response: WorkerOutcome[];
  };
}

/** The memory of images that can move to another thread, each piece once. A view of a part of a larger piece cannot. */
export function memoryOf(images: readonly Image[]): ArrayBuffer[] {
  const buffers = images.flatMap(({ data: { buffer, byteLength } }) =>
    buffer instanceof ArrayBuffer && byteLength === buffer.byteLength ? [buffer] : [],
  );
  return [...new Set(buffers)];
}
