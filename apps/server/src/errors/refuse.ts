import { type ErrorCode, LookonceError } from "@lookonce/errors";
import type { FastifyError } from "fastify";
import { HttpError, type Refusal } from "./http-error.ts";

/** HTTP statuses of our own errors. `IO`, `DEVICE` and `NUMERIC` are no fault of the client's. */
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
};

/** Fastify's own refusals, in our words: its codes begin with `FST_`. */
const sentences: Readonly<Record<string, Refusal>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: "NO_BODY",
    message: "The request's content type is JSON but its body is empty.",
  },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: "BAD_JSON", message: "The request's body is not valid JSON." },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: "BAD_LENGTH",
    message: "The request's body is not as long as its Content-Length says.",
  },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: "TOO_LARGE", message: "The request's body is larger than this route accepts." },
  FST_ERR_BAD_URL: { code: "BAD_URL", message: "The request's address is not a valid URL." },
  FST_ERR_MAX_PARAM_LENGTH: { code: "BAD_URL", message: "A part of the request's address is too long." },
  FST_ERR_HANDLER_TIMEOUT: { code: "TIMEOUT", message: "The request took too long." },
};

/** A fault of the service's own: what happened is in its log, not in the answer. */
const internal: Refusal = { code: "INTERNAL", message: "The service failed at this request; its log says how." };

/**
 * What is answered to an error, whatever threw it: never a stack, never the inner workings of a fault of ours.
 *
 * @param contentType of the request, to name it where it is the fault
 */
export function refuse(error: unknown, contentType?: string): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof LookonceError) {
    return new HttpError(statuses[error.code], { code: error.code, message: error.message }, { cause: error });
  }
  const { statusCode = 500, code = "", validation, message } = error as FastifyError;
  if (validation !== undefined) return new HttpError(400, { code: "ARGUMENT", message }, { cause: error });
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return unknownMediaType(contentType);
  if (code === "ECONNRESET") {
    return new HttpError(499, { code: "CLIENT_GONE", message: "The client closed the connection." }, { cause: error });
  }
  const known = sentences[code] ?? badJson(error);
  if (known !== undefined) return new HttpError(statusCode, known, { cause: error });
  if (statusCode >= 400 && statusCode < 500)
    return new HttpError(statusCode, { code: "BAD_REQUEST", message: message.split("\n", 1)[0] ?? "" });
  return new HttpError(500, internal, { cause: error });
}

function unknownMediaType(given = ""): HttpError {
  const message =
    given === ""
      ? "The request has a body but no Content-Type that says what it is."
      : `This route cannot read a body of the type "${given.slice(0, 80)}".`;
  return new HttpError(415, { code: "MEDIA_TYPE", message });
}

/** The JSON parser's own errors carry a status and no code. */
function badJson(error: unknown): Refusal | undefined {
  if (!(error instanceof SyntaxError)) return undefined;
  return sentences.FST_ERR_CTP_INVALID_JSON_BODY;
}
