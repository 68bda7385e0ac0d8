import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tinyModelYaml } from "@lookonce/testing";
import { drawShapes } from "@lookonce/yolo";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll } from "vitest";
import { refuse } from "../errors/refuse.ts";
import { traceRequests } from "../trace-requests.ts";
import { jobsPlugin } from "./index.ts";
import type { JobsOptions } from "./jobs-options.ts";

/** Folders of a service: `models/tiny.yaml`, `data/shapes/shapes.yaml`, and `runs`. */
export interface ServiceFolders {
  root: string;
  options: JobsOptions;
}

// Registered when a test file imports this: hooks cannot be added while another runs.
const made: string[] = [];
afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true });
});

/** Makes the folders of a service; they are removed after the tests of the file. */
export async function serviceFolders(more: Partial<JobsOptions> = {}): Promise<ServiceFolders> {
  const root = mkdtempSync(join(tmpdir(), "lookonce-jobs-"));
  made.push(root);
  const [runsRoot, data, models] = ["runs", "data", "models"].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [runsRoot, data, models]) mkdirSync(folder);
  await drawShapes({ output: join(data, "shapes"), train: 8, val: 2, size: 64 });
  writeFileSync(join(models, "tiny.yaml"), tinyModelYaml());
  const database = join(root, "state", "jobs.sqlite");
  return {
    root,
    options: { runsRoot, dataRoots: [data], modelRoots: [models], database, grace: 20, niceness: 0, ...more },
  };
}

/** A service with jobs and nothing else, ready to be asked. */
export async function startService(options: JobsOptions): Promise<FastifyInstance> {
  // A client's spare connection, over which nothing was ever asked, would delay the end by a minute.
  const app = Fastify({
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, verbose: true } },
  });
  app.setErrorHandler((error, _request, reply) => {
    const { statusCode, code, message, retryAfter } = refuse(error);
    if (retryAfter !== undefined) reply.header("retry-after", retryAfter);
    return reply.code(statusCode).send({ error: { code, message } });
  });
  if (options.tracing?.isOn === true) await traceRequests(app);
  try {
    await app.register(jobsPlugin, options);
    await app.ready();
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

/** Settings of a training that takes a second. */
export const quick = { epochs: 2, imgsz: 64, batch: 4, workers: 0, plots: false, tensorboard: false };

/** A job as in the service's answers. */
export interface JobAnswer {
  id: string;
  state: string;
  run?: string;
  starts: number;
  progress?: object;
  result?: Record<string, unknown>;
  error?: { code: string; message: string };
  artifacts?: { name: string; bytes: number; type: string }[];
}

/** Asks until a job is in one of some states. */
export async function waitFor(
  app: FastifyInstance,
  { id, states }: { id: string; states: readonly string[] },
): Promise<JobAnswer> {
  for (;;) {
    const job = (await app.inject(`/v1/jobs/${id}`)).json<JobAnswer>();
    if (states.includes(job.state)) return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
