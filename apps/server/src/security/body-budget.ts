import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { HttpError } from "../errors/http-error.ts";
import type { FullSettings } from "../settings.ts";
import type {} from "./guard.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Counts the body as it arrives, and rejects when it is too large, too slow, or too much beside the others. */
    watchBody(): Promise<never>;
  }
}

/** Bytes of a body that must arrive in every `bodyWindow` but the first. */
const minBytes = 10 * 1024;

/**
 * Bounds the memory that requests' bodies occupy, one by one, of a client, and of all together. What has arrived counts, not
 * what is announced: who sends slowly leaves the others their room.
 */
export function boundBodies(app: FastifyInstance, settings: FullSettings): void {
  const { maxBody, bodyWindow } = settings;
  const budget = new BodyBudget(settings);
  app.decorateRequest("watchBody");
  app.addHook("onRequest", async (request, reply) => {
    const announced = Number(request.headers["content-length"] ?? 0);
    if (announced > maxBody) throw tooLarge(maxBody);
    const refusal = hasBody(request) ? budget.refusal(clientOf(request), announced) : undefined;
    if (refusal !== undefined) throw refusal;
    request.watchBody = () => watch(request, reply);
  });
  app.addHook("preParsing", (request, _reply, payload, done) => {
    // The route itself reads forms.
    if (hasBody(request) && !/^multipart\//i.test(request.headers["content-type"] ?? "")) {
      request.watchBody().catch((error: unknown) => {
        // Nobody listens once the request is answered.
        if (payload.listenerCount("error") > 0) payload.emit("error", error);
      });
    }
    done(null, payload);
  });

  function watch(request: FastifyRequest, reply: FastifyReply): Promise<never> {
    const { raw } = request;
    const client = clientOf(request);
    return new Promise((_, reject) => {
      let bytes = 0;
      let before = Number.NEGATIVE_INFINITY;
      const refuse = (error: HttpError): void => {
        reply.header("connection", "close");
        reject(error);
      };
      const timer = setInterval(() => {
        const message = `The request's body arrives too slowly: less than ${sizeText(minBytes)} in ${bodyWindow} seconds.`;
        if (bytes - before < minBytes) refuse(new HttpError(408, "TIMEOUT", message));
        before = bytes;
      }, 1000 * bodyWindow).unref();
      raw.on("data", ({ length }: Buffer) => {
        bytes += length;
        const refusal = bytes > maxBody ? tooLarge(maxBody) : budget.refusal(client, length);
        budget.add(client, length);
        if (refusal !== undefined) refuse(refusal);
      });
      raw.once("end", () => clearInterval(timer));
      reply.raw.once("close", () => {
        clearInterval(timer);
        budget.add(client, -bytes);
      });
    });
  }
}

/** Bytes of bodies that are in memory: of all, and by client. */
class BodyBudget {
  readonly #limits: Pick<FullSettings, "maxPending" | "maxClientPending">;
  readonly #ofClients = new Map<string, number>();
  #ofAll = 0;

  constructor(limits: Pick<FullSettings, "maxPending" | "maxClientPending">) {
    this.#limits = limits;
  }

  /** Why so many more bytes are too many, if so. */
  refusal(client: string, bytes: number): HttpError | undefined {
    const { maxPending, maxClientPending } = this.#limits;
    if (this.#ofAll + bytes > maxPending) {
      const message = "The service has as many images in memory as it may; try again in 1 second.";
      return new HttpError(503, "BUSY", message, { retryAfter: 1 });
    }
    if ((this.#ofClients.get(client) ?? 0) + bytes <= maxClientPending) return undefined;
    const message = `One address may have ${sizeText(maxClientPending)} of requests under way; try again in 1 second.`;
    return new HttpError(429, "CLIENT_BUSY", message, { retryAfter: 1 });
  }

  add(client: string, bytes: number): void {
    this.#ofAll += bytes;
    const own = (this.#ofClients.get(client) ?? 0) + bytes;
    if (own === 0) this.#ofClients.delete(client);
    else this.#ofClients.set(client, own);
  }
}

/** An address; behind one, those with one key do not use up what those with the other may have. */
export function clientOf({ ip, mayOnlyPredict }: FastifyRequest): string {
  return mayOnlyPredict ? `${ip} predicts` : ip;
}

export function tooLarge(maxBody: number): HttpError {
  return new HttpError(413, "TOO_LARGE", `The request's body is larger than the ${sizeText(maxBody)} that are taken.`);
}

function sizeText(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024;
  return mebibytes < 1 ? `${Math.floor(bytes / 1024)} KiB` : `${Number(mebibytes.toPrecision(3))} MiB`;
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
