import { type ErrorCode, LookonceError } from "@lookonce/errors";
import type { Image, LetterboxOptions } from "@lookonce/image";
import type { DetectedImage, PreparedImage, ResolvedDetectOptions } from "../detect.ts";
import type { DetectorSpec } from "../detector/detector.ts";

/** What a worker is told when it starts. */
export interface WorkerSetup {
  letterbox: LetterboxOptions;
  /** The network to run; without one a worker only prepares images. */
  spec: DetectorSpec | undefined;
  /** Threads that the network may use. */
  threads: number;
}

/** Images to be prepared and, where the worker has a network, looked at. */
export interface WorkerTask {
  id: number;
  contents: readonly (string | Uint8Array | Image)[];
  options: ResolvedDetectOptions;
}

/** An error as plain data. */
export interface SentError {
  code: ErrorCode | undefined;
  message: string;
}

/** What became of an image in a worker. */
export type WorkerOutcome =
  | { image: Image; detected: DetectedImage }
  | { prepared: PreparedImage }
  | { error: SentError };

/** What a worker says: that it is ready, or what became of a task. */
export type WorkerReply = "ready" | { id: number; outcomes: WorkerOutcome[] };

/** An error as it can be sent to another thread. */
export function sendError(error: unknown): SentError {
  if (error instanceof LookonceError) return { code: error.code, message: error.message };
  return { code: undefined, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

/** The error that was sent. */
export function receiveError({ code, message }: SentError): Error {
  return code === undefined ? new Error(message) : new LookonceError(code, message);
}

/** The memory of images that changes hands with an outcome, each piece once. */
export function imagesOf(outcomes: readonly WorkerOutcome[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const outcome of outcomes) {
    if ("image" in outcome) add(buffers, outcome.image);
    if (!("prepared" in outcome)) continue;
    add(buffers, outcome.prepared.image);
    add(buffers, outcome.prepared.boxed.image);
  }
  return [...buffers];
}

function add(buffers: Set<ArrayBuffer>, { data }: Image): void {
  // A view of part of a larger piece of memory is copied: its neighbors stay
  if (data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength) buffers.add(data.buffer);
}
