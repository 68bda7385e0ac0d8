import { type ErrorCode, LookonceError } from "./lookonce-error.ts";

/** An error as plain data: structured cloning keeps neither a class nor a code. */
export interface SentError {
  name: string;
  message: string;
  stack?: string | undefined;
  /** Of a `LookonceError`. */
  code?: ErrorCode;
  cause?: SentError;
}

/** Encodes anything thrown, with its causes but those `seen`, as data that can be sent to another thread. */
export function encodeError(error: unknown, seen: Set<unknown> = new Set()): SentError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  seen.add(error);
  const { name, message, stack, cause } = error;
  const sent: SentError = { name, message, stack };
  if (error instanceof LookonceError) sent.code = error.code;
  if (cause !== undefined && !seen.has(cause)) sent.cause = encodeError(cause, seen);
  return sent;
}

/** Decodes an error: a `LookonceError` with its code where it was one, with the stack of the thread that threw it. */
export function decodeError(sent: SentError): Error {
  const options = sent.cause === undefined ? {} : { cause: decodeError(sent.cause) };
  const error =
    sent.code === undefined
      ? Object.assign(new Error(sent.message, options), { name: sent.name })
      : new LookonceError(sent.code, sent.message, options);
  if (sent.stack !== undefined) error.stack = sent.stack;
  return error;
}
