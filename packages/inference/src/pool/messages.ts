import type { Picture } from "@lookonce/augment";
import { type ErrorCode, LookonceError } from "@lookonce/errors";
import type { DetectorRecipe } from "../detector/recipe.ts";
import type { SettledDetectOptions } from "../pipeline/detect-options.ts";
import type { Detected } from "../pipeline/detect-prepared.ts";
import type { FitSettings, PreparedPicture } from "../pipeline/prepare-picture.ts";

/** What a worker is told when it starts. */
export interface WorkerSetup {
  fit: FitSettings;
  /** The network to run; without one a worker only prepares pictures. */
  recipe: DetectorRecipe | undefined;
  /** Threads that the network may use. */
  threads: number;
}

/** Pictures to be prepared and, where the worker has a network, looked at. */
export interface WorkerTask {
  id: number;
  contents: readonly (string | Uint8Array | Picture)[];
  options: SettledDetectOptions;
}

/** An error as plain data. */
export interface SentError {
  code: ErrorCode | undefined;
  message: string;
}

/** What became of a picture in a worker. */
export type WorkerOutcome =
  | { picture: Picture; detected: Detected }
  | { prepared: PreparedPicture }
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

/** The memory of pictures that changes hands with an outcome, each piece once. */
export function picturesOf(outcomes: readonly WorkerOutcome[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const outcome of outcomes) {
    if ("picture" in outcome) add(buffers, outcome.picture);
    if (!("prepared" in outcome)) continue;
    add(buffers, outcome.prepared.picture);
    add(buffers, outcome.prepared.boxed.picture);
  }
  return [...buffers];
}

function add(buffers: Set<ArrayBuffer>, { data }: Picture): void {
  // A view of part of a larger piece of memory is copied: its neighbours stay
  if (data.buffer instanceof ArrayBuffer && data.byteLength === data.buffer.byteLength) buffers.add(data.buffer);
}
