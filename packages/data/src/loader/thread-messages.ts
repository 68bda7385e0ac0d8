import { type ErrorCode, LookonceError } from "@lookonce/errors";
import type { MadeBatch } from "./job.ts";

/** An error as it crosses from one thread to another, which keeps neither its class nor its code. */
export interface SentError {
  code?: ErrorCode;
  name: string;
  message: string;
  stack?: string;
}

/** What a worker answers to a task. */
export type WorkerReply = { id: number; made: MadeBatch } | { id: number; error: SentError };

export function sendError(error: unknown): SentError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack } = error;
  return {
    ...{ name, message },
    ...(stack === undefined ? {} : { stack }),
    ...(error instanceof LookonceError ? { code: error.code } : {}),
  };
}

export function receiveError({ code, name, message, stack }: SentError): Error {
  if (code !== undefined) return new LookonceError(code, message);
  return Object.assign(new Error(message), { name }, stack === undefined ? {} : { stack });
}

/** The memory of a batch that can change hands instead of being copied. */
export function transferable({ batch }: MadeBatch): ArrayBuffer[] {
  if (batch === undefined) return [];
  const { images, targets, samples } = batch;
  const arrays = [images, targets.labels, targets.boxes, targets.mask];
  const own = samples.flatMap(({ boxes, classes }) => [boxes, classes]);
  return [...new Set([...arrays, ...own].map(({ buffer }) => buffer))].filter(
    (buffer) => buffer instanceof ArrayBuffer,
  );
}
