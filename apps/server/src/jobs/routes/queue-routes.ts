import type {} from "@fastify/swagger";
import { type JobQueue, type JobView, jobKinds, type QueueView } from "@lookonce/queue";
import type { FastifyPluginAsync } from "fastify";
import { HttpError } from "../../errors/http-error.ts";
import { runPrefix } from "../queue/queue-runner.ts";
import type { JobStore } from "../store/job-store.ts";

interface QueueRoutesOptions {
  /** Absent where jobs run in processes of the service. */
  queue: JobQueue | undefined;
  jobs: JobStore;
}

/** A job of a queue, as in answers. */
export interface QueuedJobView extends JobView {
  /** The service's job that it is, by its id. */
  job?: string;
  /** For people: what is computed. */
  title?: string;
}

/** A queue, its jobs and workers, as in answers. */
export interface QueueAnswer extends QueueView {
  jobs: readonly QueuedJobView[];
}

/** Milliseconds that the queue has to answer. */
const patienceMs = 5000;

const text = { type: "string" } as const;
const number = { type: "number" } as const;
const time = { ...number, description: "milliseconds since 1970" } as const;
const states = { type: "object", additionalProperties: { type: "integer" } } as const;
const named = { run: text, kind: { type: "string", enum: jobKinds } } as const;

const job = {
  type: "object",
  properties: {
    ...{ id: text, ...named, part: number, parts: number, state: text, priority: text },
    ...{ created: time, started: time, ended: time, attempts: number },
    progress: { type: "object", properties: { done: number, total: number, unit: text } },
    reason: { ...text, description: "why its last attempt failed" },
    worker: { ...text, description: "the one that has it, or had it last" },
    job: { ...text, description: "its id in GET /v1/jobs, where it is one of this service" },
    title: text,
  },
} as const;

const worker = {
  type: "object",
  properties: {
    ...{ id: text, host: text, pid: number, version: text, since: time, seen: time, device: text },
    ...{ concurrency: number, completed: number, failed: number, active: { type: "array", items: text } },
    ...{ cpus: number, load: number, freeMemory: number, memory: number },
  },
} as const;

const answer = {
  type: "object",
  properties: {
    ...{ queue: text, version: text, states },
    runs: { type: "array", items: { type: "object", properties: { ...named, parts: number, states } } },
    jobs: { type: "array", items: job },
    workers: { type: "array", items: worker },
  },
} as const;

const params = { type: "object", properties: { run: { ...text, maxLength: 64 } } } as const;
const changed = { type: "object", properties: { jobs: { type: "integer", description: "how many were concerned" } } };

/** `/v1/queue`: the queue that jobs are handed over to, with its workers and what else is in it. */
export const queueRoutes: FastifyPluginAsync<QueueRoutesOptions> = async (app, { queue, jobs }) => {
  const tags = ["queue"];

  app.get(
    "/v1/queue",
    {
      schema: {
        ...{ tags, summary: "Describes the queue that jobs are handed over to, and its workers" },
        response: { 200: answer, 204: { type: "null", description: "jobs run in the service itself" } },
      },
    },
    async (_request, reply) => {
      if (queue === undefined) return reply.code(204).send();
      const view = await inTime(queue);
      return { ...view, jobs: view.jobs.map((one) => described(one, jobs)) } satisfies QueueAnswer;
    },
  );

  const actions = { retry: "Lets the failed jobs of a run be attempted again", cancel: "Cancels a run" } as const;
  for (const [action, summary] of Object.entries(actions) as [keyof typeof actions, string][]) {
    app.post<{ Params: { run: string } }>(
      `/v1/queue/runs/:run/${action}`,
      { schema: { tags, summary, params, response: { 202: changed } } },
      async ({ params: { run } }, reply) => {
        if (queue === undefined) throw new HttpError(404, "NOT_FOUND", "This service has no queue.");
        const own = ownJob(run, jobs);
        if (own !== undefined) {
          const message = `This is job ${own.id} of the service: POST /v1/jobs/${own.id}/${action} does that.`;
          throw new HttpError(409, "JOB_OF_SERVICE", message);
        }
        return reply.code(202).send({ jobs: await queue[action](run) });
      },
    );
  }
};

/** @throws HttpError 503 where Redis is away: commands wait for it otherwise */
async function inTime(queue: JobQueue): Promise<QueueView> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `The queue at ${queue.shown} does not answer; jobs that run go on.`;
    timer = setTimeout(() => reject(new HttpError(503, "NO_QUEUE", message, { retryAfter: 5 })), patienceMs);
  });
  try {
    return await Promise.race([queue.view(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function described(view: JobView, jobs: JobStore): QueuedJobView {
  const own = ownJob(view.run, jobs);
  if (own === undefined) return view;
  const { id, kind, model, data } = own;
  return { ...view, job: String(id), title: `${kind} ${model}${data === undefined ? "" : ` on ${data}`}` };
}

function ownJob(run: string, jobs: JobStore): ReturnType<JobStore["get"]> {
  return run.startsWith(runPrefix) ? jobs.withTicket(run.slice(runPrefix.length)) : undefined;
}
