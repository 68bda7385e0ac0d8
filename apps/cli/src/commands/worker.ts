import { once } from "node:events";
import { LookonceError } from "@lookonce/errors";
import type { Tracing, WorkerMetrics } from "@lookonce/telemetry";
import type { StartedQueueWorker } from "@lookonce/yolo";
import { type CommandWork, work } from "../command.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** `lookonce worker`: computes jobs of a queue until somebody stops it. */
export const worker: CommandWork = work("worker", {
  examples: [
    "lookonce worker queue=redis://:password@10.0.0.5:6379",
    "LOOKONCE_QUEUE=rediss://… lookonce worker device=cuda concurrency=2",
  ],
  async run(values, terminal) {
    const { startQueueWorker } = await import("@lookonce/yolo");
    const { device, threads, concurrency, cache, grace } = values;
    const stopped = terminal.catchInterrupt({ isEnd: true });
    const queue = queueOf(values, terminal);
    const { queueProgram } = await import("@lookonce/server");
    const tracing = await tracingOf(terminal);
    let metrics: WorkerMetrics | undefined;
    const started: StartedQueueWorker = await startQueueWorker({
      ...{ queue, device, threads, concurrency, cache, runners: { service: queueProgram } },
      log: (line) => terminal.note(line),
      around: (job, compute) => {
        const attributes = { "lookonce.job.run": job.run, "lookonce.job.part": job.part };
        const span = { attributes, kind: "consumer", ...(job.trace && { parent: job.trace }) } as const;
        return tracing.span(`job ${job.kind}`, span, compute);
      },
      onEnd: ({ kind, run, part, parts }, { state, seconds, reason }) => {
        metrics?.count({ kind, state, seconds });
        const what = `${run} ${part + 1}/${parts}`;
        terminal.note(`${what} ${state} after ${seconds.toFixed(1)} s${reason === undefined ? "" : `: ${reason}`}`);
      },
    });
    metrics = await measured(values.metrics, started, terminal);
    terminal.say(`${terminal.colors.bold(started.id)} waits for jobs; Ctrl+C stops it`);
    // Without a signal, it works until the system ends it
    if (!stopped?.aborted) await (stopped === undefined ? new Promise(() => {}) : once(stopped, "abort"));
    terminal.note("finishing what is under way; a second Ctrl+C ends it at once");
    await started.stop(grace * 1000);
    await tracing.close();
    const { id, completed, failed } = started.view();
    return { id, completed, failed };
  },
});

/** Spans of jobs, where OpenTelemetry's variables ask for them. */
async function tracingOf({ env }: Terminal): Promise<Tracing> {
  const { isTracingRequested, startTracing, untraced } = await import("@lookonce/telemetry");
  return isTracingRequested(env) ? startTracing("lookonce-worker") : untraced;
}

/** Shows how a worker is, where an address is given for that. */
async function measured(
  address: string | undefined,
  worker: StartedQueueWorker,
  terminal: Terminal,
): Promise<WorkerMetrics | undefined> {
  if (address === undefined) return undefined;
  const { serveMetrics, WorkerMetrics } = await import("@lookonce/telemetry");
  const metrics = new WorkerMetrics(() => worker.view().active.length);
  const whyNotReady = (): string | undefined => (worker.isConnected ? undefined : "The queue does not answer.");
  const { url } = await serveMetrics({ address, registry: metrics.registry, whyNotReady });
  terminal.note(`measurements at ${url}/metrics`);
  return metrics;
}

/** The queue that is named, or the environment's. */
export function queueOf({ queue }: { queue?: string | undefined }, { env }: Pick<Terminal, "env">): string {
  const found = queue ?? env.LOOKONCE_QUEUE;
  if (found) return found;
  throw new LookonceError("ARGUMENT", "name the queue, as queue=redis://host:6379, or in LOOKONCE_QUEUE.");
}
