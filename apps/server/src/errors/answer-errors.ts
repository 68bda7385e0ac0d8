import type { Socket } from "node:net";
import { Ajv } from "ajv";
import type { FastifyInstance, FastifyReply, FastifyServerOptions } from "fastify";
import { errorSchema } from "../schemas/error-schema.ts";
import { HttpError } from "./http-error.ts";
import { refuse } from "./refuse.ts";
import { validationSentence } from "./validation-sentence.ts";

/** Answers for what goes wrong before there is a route. */
export const earlyErrors: Pick<FastifyServerOptions, "frameworkErrors" | "clientErrorHandler"> = {
  frameworkErrors: (error, _request, reply) => answer(refuse(error), reply as FastifyReply),
  clientErrorHandler(error, socket) {
    if (error.code === "ECONNRESET" || !socket.writable) socket.destroy();
    else sendRaw(socket as Socket, clientFaults[error.code] ?? badRequest);
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
  app.setNotFoundHandler(({ method, url }) => {
    const path = url.split("?", 1)[0] as string;
    const shown = path.length > 100 ? `${path.slice(0, 97)}…` : path;
    throw new HttpError(404, "NO_ROUTE", `There is no ${method} ${shown}; /openapi.json lists what there is.`);
  });
}

function answer({ statusCode, code, message, retryAfter }: HttpError, reply: FastifyReply): FastifyReply {
  if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
  return reply.code(statusCode).type("application/json; charset=utf-8").send({ error: { code, message } });
}

type RawAnswer = readonly [status: string, code: string, message: string];

const badRequest: RawAnswer = ["400 Bad Request", "BAD_REQUEST", "This is not a valid HTTP request."];

/** Answers to what is no HTTP request, or never became one, by Node's codes. */
const clientFaults: Readonly<Record<string, RawAnswer>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "TOO_LARGE", "The request's headers are too large."],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "TIMEOUT", "The request did not arrive in time."],
};

function sendRaw(socket: Socket, [status, code, message]: RawAnswer): void {
  const body = JSON.stringify({ error: { code, message } });
  const head = [
    `HTTP/1.1 ${status}`,
    "Connection: close",
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end([...head, "", body].join("\r\n"), () => socket.destroy());
}
