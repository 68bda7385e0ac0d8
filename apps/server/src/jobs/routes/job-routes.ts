import { join } from "node:path";
import type {} from "@fastify/swagger";
import { LookonceError } from "@lookonce/errors";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { HttpError } from "../../errors/http-error.ts";
import { sendFile } from "../../paths/send-file.ts";
import { isOver, type Job, type JobRequest, type JobState } from "../job.ts";
import { checkJobOptions } from "../job-options.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import type { EventStore } from "../store/event-store.ts";
import type { JobStore } from "../store/job-store.ts";
import { eventStream } from "./event-stream.ts";
import {
  jobFilterSchema,
  jobParamsSchema,
  jobRequestSchema,
  jobRequestsSchema,
  jobSchema,
  jobsSchema,
} from "./job-schemas.ts";
import { artifactsOf, jobView } from "./job-view.ts";

interface JobRoutesOptions {
  jobs: JobStore;
  events: EventStore;
  queue: JobQueue;
  runsRoot: string;
  heartbeat: number;
  /** Ends all event streams. */
  signal: AbortSignal;
}

type WithId = { Params: { id: string } };
type JobBody = Omit<JobRequest, "options" | "priority" | "trace"> & Partial<Pick<JobRequest, "options" | "priority">>;

/** `/v1/jobs`: starts, lists, describes, follows and cancels jobs. */
export const jobRoutes: FastifyPluginAsync<JobRoutesOptions> = async (app, parts) => {
  const { jobs, queue, runsRoot } = parts;
  const tags = ["jobs"];
  const params = jobParamsSchema;

  app.post<{ Body: JobBody }>(
    "/v1/jobs",
    {
      schema: {
        ...{ tags, summary: "Adds a job: a training, a validation or an export" },
        ...{ body: jobRequestSchema, response: { 202: jobSchema } },
      },
      // The options depend on the kind: listed here, checked by requestOf, which knows the nearest name
      config: { bodies: { "application/json": { schema: jobRequestsSchema } } },
    },
    async ({ body }, reply) => {
      const job = await queue.add(requestOf(body));
      return reply.code(202).header("location", `/v1/jobs/${job.id}`).send(jobView(job));
    },
  );

  app.get<{ Querystring: { state?: JobState; before?: number; limit?: number } }>(
    "/v1/jobs",
    {
      schema: {
        ...{ tags, summary: "Lists jobs, newest first" },
        ...{ querystring: jobFilterSchema, response: { 200: jobsSchema } },
      },
    },
    async ({ query }) => ({ jobs: jobs.list({ limit: 100, ...query }).map(jobView) }),
  );

  app.get<WithId>(
    "/v1/jobs/:id",
    { schema: { tags, summary: "Describes the state of a job, and its files", params, response: { 200: jobSchema } } },
    async (request) => {
      const job = jobOf(jobs, request);
      return { ...jobView(job), artifacts: await artifactsOf(job, runsRoot) };
    },
  );

  app.post<WithId>(
    "/v1/jobs/:id/cancel",
    { schema: { tags, summary: "Ends a job; what it has written stays", params, response: { 202: jobSchema } } },
    async (request, reply) => reply.code(202).send(jobView(queue.cancel(jobOf(jobs, request)))),
  );

  app.post<WithId>(
    "/v1/jobs/:id/retry",
    {
      schema: {
        ...{ tags, summary: "Starts a failed or canceled job again; a training resumes", params },
        response: { 202: jobSchema },
      },
    },
    async (request, reply) => reply.code(202).send(jobView(queue.retry(jobOf(jobs, request)))),
  );

  app.get<WithId>(
    "/v1/jobs/:id/events",
    {
      schema: {
        ...{ tags, params, summary: "Follows a job: state, batch, epoch, log and artifact as server-sent events" },
        response: {
          200: { description: "events", content: { "text/event-stream": { schema: { type: "string" } } } },
          204: { type: "null", description: "the job is over, and there is no event after Last-Event-ID" },
        },
      },
    },
    async (request, reply) => follow(request, reply, parts),
  );

  app.get<{ Params: { id: string; "*": string } }>(
    "/v1/jobs/:id/artifacts/*",
    { schema: { tags, summary: "Sends a file of a job's run: weights, results.csv, images" } },
    async (request, reply) => {
      const { run } = jobOf(jobs, request);
      const name = request.params["*"];
      if (run !== undefined) return sendFile(request, reply, { folder: join(runsRoot, run), name });
      throw new HttpError(404, "NOT_FOUND", "This job has not started: it has no files yet.");
    },
  );
};

/** @throws LookonceError `ARGUMENT` for options that this kind of job does not have */
function requestOf({ kind, model, data, options = {}, priority = "normal" }: JobBody): JobRequest {
  checkJobOptions(kind, options);
  if (kind === "export" && data !== undefined && options.int8 !== true) {
    throw new LookonceError("ARGUMENT", "an export uses data with int8 alone: leave it out.");
  }
  if (kind !== "export" && data === undefined) {
    throw new LookonceError("ARGUMENT", `"${kind}" needs data: the id of a data set of GET /v1/datasets.`);
  }
  return { kind, model, data, options, priority };
}

/** @throws HttpError 404 when there is none */
function jobOf(jobs: JobStore, { params }: FastifyRequest<WithId>): Job {
  const job = /^[1-9]\d{0,14}$/.test(params.id) ? jobs.get(Number(params.id)) : undefined;
  if (job !== undefined) return job;
  throw new HttpError(404, "NOT_FOUND", `There is no job "${params.id}"; GET /v1/jobs lists them.`);
}

function follow(request: FastifyRequest<WithId>, reply: FastifyReply, parts: JobRoutesOptions): FastifyReply {
  const { jobs, events, heartbeat, signal } = parts;
  const { id } = jobOf(jobs, request);
  const over = (): boolean => isOver(jobs.get(id) as Job);
  const known = Number(request.headers["last-event-id"]);
  const after = Number.isSafeInteger(known) && known > 0 ? known : 0;
  // By this status, clients know that they need not come back.
  if (over() && events.after(id, after, 1).length === 0) return reply.code(204).send();
  const stream = eventStream({ events, job: id, after, signal, isOver: over, heartbeat: heartbeat * 1000 });
  return reply
    .headers({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // Proxies such as nginx would buffer events until they have enough of them.
      "x-accel-buffering": "no",
    })
    .send(stream);
}
