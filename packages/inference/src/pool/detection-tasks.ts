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

/** Tasks of a predictor's worker threads. */
export interface DetectionTasks {
  detect: { request: DetectRequest; response: WorkerOutcome[] };
}

/** Images to prepare and, where the worker has a network, to detect objects in. */
export interface DetectRequest {
  images: readonly ImageSource[];
  options: ResolvedDetectOptions;
}

/** The result of one image. */
export type WorkerOutcome =
  | { image: Image; detected: DetectedImage }
  | { prepared: PreparedImage }
  | { error: SentError };

/** The memory of images that can move to another thread, each piece once. A view of a part of a larger piece cannot. */
export function memoryOf(images: readonly Image[]): ArrayBuffer[] {
  const buffers = images.flatMap(({ data: { buffer, byteLength } }) =>
    buffer instanceof ArrayBuffer && byteLength === buffer.byteLength ? [buffer] : [],
  );
  return [...new Set(buffers)];
}
