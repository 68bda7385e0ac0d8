import { loadTracing } from "@lookonce/telemetry";
import type { FastifyInstance } from "fastify";

/** Asked every few seconds by machines that watch. */
const watched: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/metrics"]);

/**
 * Makes a span of every request, part of its sender's trace where it names one in `traceparent`.
 *
 * @throws LookonceError `UNSUPPORTED` when `@fastify/otel` is not installed
 */
export async function traceRequests(app: FastifyInstance): Promise<void> {
  const { FastifyOtelInstrumentation } = await loadTracing(() => import("@fastify/otel"));
  const ignorePaths = ({ url }: { url: string }): boolean => watched.has(url);
  await app.register(new FastifyOtelInstrumentation({ instrumentHooks: false, ignorePaths }).plugin());
}
