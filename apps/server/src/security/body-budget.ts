import type { FastifyInstance, FastifyRequest } from "fastify";
import { HttpError } from "../errors/http-error.ts";
import type { FullSettings } from "../settings.ts";

/**
 * Bounds the memory that requests' bodies occupy, one by one and together, before any of it is read. A body whose length is
 * not announced counts as the largest.
 */
export function boundBodies(app: FastifyInstance, { maxBody, maxPending }: FullSettings): void {
  let pending = 0;
  app.addHook("onRequest", async (request, reply) => {
    const bytes = announced(request, maxBody);
    if (bytes > maxBody) throw tooLarge(maxBody);
    if (bytes === 0) return;
    if (pending + bytes > maxPending) {
      const message = "The service has as many images in memory as it may; try again in 1 second.";
      throw new HttpError(503, "BUSY", message, { retryAfter: 1 });
    }
    pending += bytes;
    reply.raw.once("close", () => {
      pending -= bytes;
    });
  });
}

export function tooLarge(maxBody: number): HttpError {
  return new HttpError(413, "TOO_LARGE", `The request's body is larger than the ${sizeText(maxBody)} that are taken.`);
}

function sizeText(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024;
  return mebibytes < 1 ? `${Math.floor(bytes / 1024)} KiB` : `${Number(mebibytes.toPrecision(3))} MiB`;
}

function announced({ headers }: FastifyRequest, maxBody: number): number {
  if (headers["transfer-encoding"] !== undefined) return maxBody;
  return Number(headers["content-length"] ?? 0);
}
