import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ModelRegistry } from "../models/model-registry.ts";
import type { InferencePool } from "../pool/inference-pool.ts";

/** Seconds: from a small network's single image to what is given up. */
const secondBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The service's measurements, for Prometheus. */
export class Metrics {
  readonly registry: Registry = new Registry();
  /** Images that were answered, by model. */
  readonly images: Counter<"model">;
  /** Sizes of the batches that went to workers. */
  readonly batches: Histogram<"model">;
  readonly workersLost: Counter;
  readonly #requests: Histogram<"method" | "route" | "status">;

  constructor(pool: InferencePool, models: ModelRegistry) {
    const registers = [this.registry];
    const labelNames = ["model"] as const;
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Histogram({
      ...{ name: "lookonce_http_request_duration_seconds", help: "Time from a request to its answer" },
      ...{ labelNames: ["method", "route", "status"] as const, buckets: secondBuckets, registers },
    });
    const answered = { name: "lookonce_images_total", help: "Images that were answered" };
    this.images = new Counter({ ...answered, labelNames, registers });
    const sizes = { name: "lookonce_batch_size", help: "Images in a batch of the network" };
    this.batches = new Histogram({ ...sizes, labelNames, buckets: [1, 2, 4, 8, 16, 32, 64], registers });
    const lost = { name: "lookonce_workers_lost_total", help: "Inference workers that died and were replaced" };
    this.workersLost = new Counter({ ...lost, registers });
    gauge(registers, { name: "lookonce_queue_length", help: "Images that wait" }, () => pool.waiting);
    const up = { name: "lookonce_workers_up", help: "Inference workers that can accept work" };
    gauge(registers, up, () => pool.workers.up);
    new Gauge({
      ...{ name: "lookonce_model_bytes", help: "Memory of the weights of loaded models in all workers" },
      ...{ labelNames, registers },
      collect(): void {
        this.reset();
        for (const { id, bytes } of models.list()) this.set({ model: id }, bytes);
      },
    });
  }

  /** Counts sessions of tracking. */
  watchSessions(sessions: { count: number }): void {
    const about = { name: "lookonce_track_sessions", help: "Sessions of tracking that are open" };
    gauge([this.registry], about, () => sessions.count);
  }

  /** Times every request of an app and shows the measurements at `/metrics`. */
  serve(app: FastifyInstance): void {
    app.addHook("onResponse", async ({ method, routeOptions }, reply) => {
      // Addresses that lead nowhere share one label: anybody can think of any number of them.
      const route = routeOptions.url ?? "none";
      this.#requests.observe({ method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    });
    app.get(
      "/metrics",
      {
        schema: {
          ...{ tags: ["service"], operationId: "metrics", summary: "Measurements in Prometheus's text form" },
          response: { 200: { type: "string" } },
        },
        config: { isUncounted: true },
      },
      async (_request, reply) => {
        reply.header("content-type", this.registry.contentType);
        return reply.serializer((text: unknown) => text as string).send(await this.registry.metrics());
      },
    );
  }
}

function gauge(registers: Registry[], about: { name: string; help: string }, read: () => number): void {
  new Gauge({
    ...about,
    registers,
    collect(): void {
      this.set(read());
    },
  });
}
