import type { FastifyInstance } from "fastify";
import { HttpError } from "../errors/http-error.ts";
import { refusals } from "../schemas/error-schema.ts";

const statusSchema = { type: "object", properties: { status: { type: "string" } } } as const;

/** `/healthz`: the process lives. `/readyz`: it can accept work, decided by `whyNot`, which returns a sentence when it cannot. */
export function healthRoutes(app: FastifyInstance, whyNot: () => string | undefined): void {
  const tags = ["service"];
  const config = { isPublic: true, isUncounted: true };
  const response = { 200: statusSchema, ...refusals };
  app.get(
    "/healthz",
    { config, schema: { tags, operationId: "healthz", summary: "Whether the service lives", response } },
    async () => ({ status: "ok" }),
  );
  app.get(
    "/readyz",
    { config, schema: { tags, operationId: "readyz", summary: "Whether the service accepts work", response } },
    async () => {
      const reason = whyNot();
      if (reason === undefined) return { status: "ready" };
      throw new HttpError(503, "NOT_READY", reason, { retryAfter: 2 });
    },
  );
}
