import type { FastifyInstance } from "fastify";
import { HttpError } from "../errors/http-error.ts";
import type { JobHealth } from "../jobs/jobs-options.ts";
import { refusals } from "../schemas/error-schema.ts";

const statusSchema = {
  type: "object",
  properties: {
    status: { type: "string" },
    jobs: { type: "string", description: "What is wrong with jobs, where something is; predictions go on" },
  },
} as const;

/**
 * `/healthz`: the process lives. `/readyz`: it can accept work, decided by `whyNot`, which returns a sentence when it cannot;
 * what is wrong with jobs alone does not make it unready.
 */
export function healthRoutes(app: FastifyInstance, whyNot: () => Promise<string | undefined>, jobs: JobHealth): void {
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
      const reason = await whyNot();
      const { fault, damage = "" } = jobs;
      const effect = "; no jobs are accepted, and what happens to running ones is kept in memory. ";
      const problems = (fault === undefined ? damage : fault + effect + damage).trim();
      if (reason === undefined) return { status: "ready", ...(problems === "" ? {} : { jobs: problems }) };
      throw new HttpError(503, "NOT_READY", reason, { retryAfter: 2 });
    },
  );
}
