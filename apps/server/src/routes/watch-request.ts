import type { FastifyReply } from "fastify";
import { HttpError } from "../errors/http-error.ts";

/** Signals when nobody waits for a request's answer any more. */
export interface RequestWatch {
  readonly signal: AbortSignal;
  /** Stops watching. */
  end(): void;
}

/** Watches for a request's time running out, and for its client going away. */
export function watchRequest(reply: FastifyReply, seconds: number): RequestWatch {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    const message = `The answer was not there within ${seconds} seconds; the service may have too much to do.`;
    controller.abort(new HttpError(504, { code: "TIMEOUT", message }, { retryAfter: 1 }));
  }, 1000 * seconds);
  const onClose = (): void => {
    controller.abort(new HttpError(499, { code: "CLIENT_GONE", message: "The client closed the connection." }));
  };
  reply.raw.once("close", onClose);
  return {
    signal: controller.signal,
    end(): void {
      clearTimeout(timer);
      reply.raw.off("close", onClose);
    },
  };
}
