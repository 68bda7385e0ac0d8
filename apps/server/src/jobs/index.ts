import { existsSync, mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { openQueue } from "@lookonce/queue";
import type { FastifyPluginAsync } from "fastify";
import { datasetRoutes } from "../datasets/datasets.ts";
import { runRoutes } from "../run-folders/run-routes.ts";
import { version } from "../version.ts";
import type { JobsOptions } from "./jobs-options.ts";
import { JobQueue } from "./queue/job-queue.ts";
import { processRunner } from "./queue/process-runner.ts";
import { checkedStorage, queueRunner } from "./queue/queue-runner.ts";
import { jobRoutes } from "./routes/job-routes.ts";
import { queueRoutes } from "./routes/queue-routes.ts";
import { openDatabase } from "./store/database.ts";
import { Disk } from "./store/disk.ts";
import { EventStore } from "./store/event-store.ts";
import { JobStore } from "./store/job-store.ts";
import { tryLock } from "./store/process-lock.ts";

/**
 * Trainings, validations and exports as jobs; their runs and the data sets they may use. Jobs that a service before this one
 * left unfinished go on as soon as this one listens.
 *
 * @throws LookonceError `IO` when the database cannot be used, or another service uses it
 */
export const jobsPlugin: FastifyPluginAsync<JobsOptions> = async (app, options) => {
  const { dataRoots, modelRoots, database: file, heartbeat = 15, health = {} } = options;
  const runsRoot = resolve(options.runsRoot);
  mkdirSync(runsRoot, { recursive: true });
  // Locked first: a database that another service uses is not ours to set aside.
  const lock = tryLock(`${file}.lock`);
  if (lock === undefined) {
    throw new LookonceError(
      "IO",
      `another service uses ${file}: stop it, or choose another folder for the runs of this one.`,
    );
  }
  app.addHook("onClose", () => lock.release());
  const database = openDatabase(file, (notice) => {
    app.log.error(notice);
    health.damage = notice;
  });
  const disk = new Disk(database, health);
  app.addHook("onClose", () => {
    disk.close();
    database.close();
  });
  const jobs = new JobStore(database, disk);
  const events = new EventStore(database, disk);
  const log = (line: object, message = "a job's process printed"): void => app.log.error(line, message);
  const shared = options.queue && (await openQueue({ url: options.queue.url, version, log: (line) => log({}, line) }));
  const runner =
    shared && options.queue
      ? queueRunner({ queue: shared, storage: checkedStorage(options.queue.storage, runsRoot), log })
      : processRunner(options.tracing);
  const queue = new JobQueue({ jobs, events, disk, options: { ...options, runsRoot }, runner, log });
  const streams = new AbortController();

  app.addHook("onReady", () => queue.start());
  // Event streams would keep the service from ending, and jobs need time to save themselves.
  app.addHook("preClose", async () => {
    streams.abort();
    await queue.close();
  });
  await app.register(queueRoutes, { queue: shared, jobs });
  await app.register(jobRoutes, { jobs, events, queue, runsRoot, heartbeat, signal: streams.signal });
  await app.register(runRoutes, { runsRoot, roots: [runsRoot, ...dataRoots, ...modelRoots] });
  await app.register(datasetRoutes, { dataRoots: dataRoots.filter((root) => existsSync(root)) });
};
