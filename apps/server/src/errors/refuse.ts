import { type ErrorCode, LookonceError } from "@lookonce/errors";
import type { FastifyError } from "fastify";
import { HttpError } from "./http-error.ts";

/** HTTP statuses of our own errors. `IO`, `DEVICE`, `NUMERIC` and `LOST` are no fault of the client's. */
const statuses: Readonly<Record<ErrorCode, number>> = {
  ARGUMENT: 400,
  NOT_FOUND: 404,
  FORMAT: 422,
  UNSAFE: 422,
  UNSUPPORTED: 422,
  DATA: 422,
  DEVICE: 500,
  NUMERIC: 500,
  IO: 500,
  LOST: 500,
};

type Refusal = readonly [code: string, message: string];

const badJson: Refusal = ["BAD_JSON", "The request's body is not valid JSON."];

/** Fastify's own refusals, in our words: its codes begin with `FST_`. */
const sentences: Readonly<Record<string, Refusal>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: ["NO_BODY", "The request's content type is JSON but its body is empty."],
  FST_ERR_CTP_INVALID_JSON_BODY: badJson,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ["BAD_LENGTH", "The request's body is not as long as its Content-Length says."],
  FST_ERR_CTP_BODY_TOO_LARGE: ["TOO_LARGE", "The request's body is larger than this route accepts."],
  FST_ERR_BAD_URL: ["BAD_URL", "The request's address is not a valid URL."],
  FST_ERR_MAX_PARAM_LENGTH: ["BAD_URL", "A part of the request's address is too long."],
  FST_ERR_HANDLER_TIMEOUT: ["TIMEOUT", "The request took too long."],
};

/**
 * What is answered to an error, whatever threw it: never a stack, never the inner workings of a fault of ours.
 *
 * @param contentType of the request, to name it where it is the fault
 */
export function refuse(error: unknown, contentType?: string): HttpError {
  if (error instanceof HttpError) return error;
  const cause = { cause: error };
  if (error instanceof LookonceError) return new HttpError(statuses[error.code], error.code, error.message, cause);
  const { statusCode = 500, code = "", validation, message } = error as FastifyError;
  if (validation !== undefined) return new HttpError(400, "ARGUMENT", message, cause);
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return unknownMediaType(contentType);
  if (code === "ECONNRESET") return new HttpError(499, "CLIENT_GONE", "The client closed the connection.", cause);
  // The JSON parser's own errors carry a status and no code
  const known = sentences[code] ?? (error instanceof SyntaxError ? badJson : undefined);
  if (known !== undefined) return new HttpError(statusCode, ...known, cause);
  if (statusCode >= 400 && statusCode < 500) {
    return new HttpError(statusCode, "BAD_REQUEST", message.split("\n", 1)[0] ?? "");
  }
  return new HttpError(500, "INTERNAL", "The service failed at this request; its log says how.", cause);
}

function unknownMediaType(given = ""): HttpError {
  const message =
    given === ""
      ? "The request has a body but no Content-Type that says what it is."
      : `This route cannot read a body of the type "${given.slice(0, 80)}".`;
  return new HttpError(415, "MEDIA_TYPE", message);
}
