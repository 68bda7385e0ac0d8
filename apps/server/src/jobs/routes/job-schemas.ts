import { jobKinds, jobPriorities, jobStates } from "../job.ts";
import { jobOptionsSchema } from "../job-options.ts";

const text = { type: "string" } as const;
const integer = { type: "integer" } as const;
const time = { type: "string", format: "date-time" } as const;
const anyObject = { type: "object", additionalProperties: true } as const;

const artifact = {
  type: "object",
  properties: {
    name: { ...text, description: "for /v1/jobs/{id}/artifacts/" },
    bytes: integer,
    type: { ...text, description: "content type" },
  },
} as const;

const name = { type: "string", minLength: 1, maxLength: 1000 } as const;
const model = "a loaded model, a file in the model folders or of a run, or a shipped model file such as yolov8n.yaml";
const request = {
  kind: { type: "string", enum: jobKinds },
  model: { ...name, description: model },
  data: { ...name, description: "a data set of GET /v1/datasets; needed by train and val" },
  options: anyObject,
  priority: {
    ...{ type: "string", enum: jobPriorities, default: "normal" },
    description: "how soon it is started: before or after others that wait",
  },
} as const;

/** Body of `POST /v1/jobs`. The keys of `options` depend on the kind of job. */
export const jobRequestSchema: object = {
  type: "object",
  required: ["kind", "model"],
  additionalProperties: false,
  properties: request,
};

/** The same for the service's document, with the options of every kind. */
export const jobRequestsSchema: object = {
  oneOf: jobKinds.map((kind) => ({
    type: "object",
    title: kind,
    required: kind === "export" ? ["kind", "model"] : ["kind", "model", "data"],
    additionalProperties: false,
    properties: { ...request, kind: { type: "string", const: kind }, options: jobOptionsSchema(kind) },
  })),
};

/** A job, as in answers. */
export const jobSchema: object = {
  type: "object",
  properties: {
    id: text,
    kind: request.kind,
    state: { type: "string", enum: jobStates },
    ...{ created: time, started: time, ended: time },
    ...{ model: text, data: text, options: anyObject, priority: request.priority },
    run: { type: "string", description: "its name in GET /v1/runs, once it has started" },
    starts: { type: "integer", description: "how often it was started: more than once where it was interrupted" },
    worker: { type: "string", description: "the machine that computes it, where a worker of a queue does" },
    warning: { type: "string", description: "why its state is kept in memory alone, while the disk is full or fails" },
    canceling: { type: "boolean", description: "whether it was asked to end" },
    progress: {
      type: "object",
      description: "counted from 1",
      properties: { epoch: integer, epochs: integer, batch: integer, batches: integer },
    },
    result: anyObject,
    error: { type: "object", properties: { code: text, message: text } },
    artifacts: { type: "array", items: artifact, description: "files of its run; not in lists of jobs" },
  },
};

export const jobsSchema: object = { type: "object", properties: { jobs: { type: "array", items: jobSchema } } };

export const jobFilterSchema: object = {
  type: "object",
  additionalProperties: false,
  properties: {
    state: { type: "string", enum: jobStates },
    before: { type: "integer", minimum: 1, description: "only jobs older than this one" },
    limit: { type: "integer", minimum: 1, maximum: 1000, default: 100 },
  },
};

/** `:id` of a job. */
export const jobParamsSchema: object = {
  type: "object",
  properties: { id: { type: "string", description: "of the job" } },
};
