import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Seconds of a job: from a shard of a few images to a training of a day. */
const jobBuckets = [0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86_400];

/** What a worker of a queue measures, for `serveMetrics`. */
export class WorkerMetrics {
  readonly registry: Registry = new Registry();
  readonly #jobs: Counter<"kind" | "state">;
  readonly #seconds: Histogram<"kind">;

  /** @param active how many jobs it has at the moment */
  constructor(active: () => number) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    new Gauge({
      ...{ name: "lookonce_worker_active_jobs", help: "Jobs under way", registers },
      collect() {
        this.set(active());
      },
    });
    this.#jobs = new Counter({
      ...{ name: "lookonce_worker_jobs_total", help: "Jobs that ended here, or were handed back" },
      ...{ labelNames: ["kind", "state"] as const, registers },
    });
    this.#seconds = new Histogram({
      ...{ name: "lookonce_worker_job_seconds", help: "Time from a job's start to its end here" },
      ...{ labelNames: ["kind"] as const, buckets: jobBuckets, registers },
    });
  }

  /** Counts a job that ended. */
  count({ kind, state, seconds }: { kind: string; state: string; seconds: number }): void {
    this.#jobs.inc({ kind, state });
    this.#seconds.observe({ kind }, seconds);
  }
}
