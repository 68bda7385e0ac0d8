import type { Socket } from "node:net";
import { Ajv } from "ajv";
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from "fastify";
import { errorSchema } from "../schemas/error-schema.ts";
import type { HttpError, Refusal } from "./http-error.ts";
import { refuse } from "./refuse.ts";
import { validationSentence } from "./validation-sentence.ts";

/** Answers for what goes wrong before there is a route. */
export const earlyErrors: Pick<FastifyServerOptions, "frameworkErrors" | "clientErrorHandler"> = {
  frameworkErrors: (error, _request, reply) => answer(refuse(error), reply as FastifyReply),
  clientErrorHandler(error, socket) {
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    sendRaw(socket as Socket, clientFault(error.code));
  },
};

/** Makes every error of an app one status, one code and one sentence; faults of the service's own are logged. */
export function answerErrors(app: FastifyInstance): void {
  const common = {
    allErrors: false,
    removeAdditional: false,
    strict: false,
    verbose: true,
    useDefaults: true,
  } as const;
  // Values in JSON have types; those in addresses and forms are texts that stand for some.
  const [strict, coercing] = [new Ajv(common), new Ajv({ ...common, coerceTypes: true })];
  app.addSchema(errorSchema);
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === "body" ? strict : coercing).compile(schema as object),
  );
  app.setSchemaErrorFormatter((faults, part) => new Error(validationSentence(faults as never, part)));
  app.setErrorHandler((error, request, reply) => {
    const refusal = refuse(error, request.headers["content-type"]);
    if (refusal.statusCode === 500) request.log.error({ err: refusal.cause ?? error }, refusal.message);
    return answer(refusal, reply);
  });
}

/** What is answered where no route leads. */
export function noRoute({ method, url }: FastifyRequest): Refusal {
  const path = url.split("?", 1)[0] as string;
  const shown = path.length > 100 ? `${path.slice(0, 97)}…` : path;
  return { code: "NO_ROUTE", message: `There is no ${method} ${shown}; /openapi.json lists what there is.` };
}

function answer({ statusCode, code, message, retryAfter }: HttpError, reply: FastifyReply): FastifyReply {
  if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
  return reply.code(statusCode).type("application/json; charset=utf-8").send({ error: { code, message } });
}

/** Statuses and sentences for what is no HTTP request, or never became one. */
function clientFault(code: string): Refusal & { status: string } {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return { status: "431 Request Header Fields Too Large", code, message: "The request's headers are too large." };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { status: "408 Request Timeout", code: "TIMEOUT", message: "The request did not arrive in time." };
    default:
      return { status: "400 Bad Request", code: "BAD_REQUEST", message: "This is not a valid HTTP request." };
  }
}

function sendRaw(socket: Socket, { status, code, message }: Refusal & { status: string }): void {
  const body = JSON.stringify({ error: { code: code.startsWith("HPE_") ? "TOO_LARGE" : code, message } });
  socket.end(
    [
      `HTTP/1.1 ${status}`,
      "Connection: close",
      "Content-Type: application/json; charset=utf-8",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
    () => socket.destroy(),
  );
}
