import { readFileSync } from "node:fs";
import { join } from "node:path";
import { computePart, QueueWorker } from "@lookonce/queue";
import { hasRedis, TestRedis, until as untilTrue } from "@lookonce/testing";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { version } from "../version.ts";
import type { JobsOptions } from "./jobs-options.ts";
import type { QueueAnswer } from "./routes/queue-routes.ts";
import { type JobAnswer, quick, serviceFolders, startService, waitFor } from "./test-service.ts";
import runServiceJob from "./worker/queue-program.ts";

const over = ["succeeded", "failed", "canceled"];
const training = { kind: "train", model: "tiny", data: "shapes/shapes", options: quick };

describe.skipIf(!hasRedis())("a service with a queue", () => {
  let redis: TestRedis;
  let options: JobsOptions;
  beforeAll(async () => {
    redis = await TestRedis.start();
    const folders = await serviceFolders();
    options = { ...folders.options, queue: { url: redis.url, storage: { url: folders.root } } };
  });
  afterAll(() => redis.stop());

  /** A worker that computes in this process: the programs of `lookonce worker` are tested with it. */
  async function startWorker(): Promise<QueueWorker> {
    const worker = await QueueWorker.start({
      ...{ url: redis.url, version },
      compute: (job, { signal, report }) =>
        computePart(job, {
          ...{ runner: runServiceJob, worker: "here:1", cache: join(options.runsRoot, "..", "cache"), signal },
          place: { threads: 1 },
          progress: (progress) => report({ type: "progress", progress }),
          log: (line) => report({ type: "log", line }),
          send: (message) => report({ type: "message", message }),
        }),
    });
    return worker;
  }

  /** Waits until something is true, however busy the machine is. */
  const until = (condition: () => Promise<boolean>): Promise<void> => untilTrue(condition, 200_000);

  async function service(): Promise<FastifyInstance> {
    const app = await startService(options);
    onTestFinished(() => app.close());
    return app;
  }

  async function post(app: FastifyInstance, payload: object): Promise<JobAnswer> {
    const answer = await app.inject({ method: "POST", url: "/v1/jobs", payload });
    expect(answer.statusCode, answer.body).toBe(202);
    return answer.json();
  }

  const queueOf = async (app: FastifyInstance): Promise<QueueAnswer> => (await app.inject("/v1/queue")).json();

  /** The events of a job that is over: types, and states where they are such. */
  async function historyOf(app: FastifyInstance, id: string): Promise<string[]> {
    const { body } = await app.inject(`/v1/jobs/${id}/events`);
    const found = [...body.matchAll(/^id: (\d+)\nevent: (\w+)\ndata: (.*)$/gm)];
    const ids = found.map(([, at]) => Number(at));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    return found.map(([, , type, data]) => (type === "state" ? JSON.parse(data ?? "").state : type));
  }

  it("lets workers train, by priority, and reports that as it does of its own processes", async () => {
    const app = await service();
    const [low, high] = [
      await post(app, { ...training, priority: "low" }),
      await post(app, { ...training, priority: "high" }),
    ];
    await until(async () => (await queueOf(app)).states.waiting === 2);
    expect((await queueOf(app)).jobs.map(({ job, title, priority }) => [job, title, priority])).toEqual([
      [high.id, "train tiny on shapes/shapes", "high"],
      [low.id, "train tiny on shapes/shapes", "low"],
    ]);
    const worker = await startWorker();
    onTestFinished(() => worker.stop(0));
    const first = await waitFor(app, { id: high.id, states: over });
    expect(first, JSON.stringify(first)).toMatchObject({ state: "succeeded", starts: 1, run: "train2" });
    const second = await waitFor(app, { id: low.id, states: over });
    expect(second).toMatchObject({ state: "succeeded", starts: 1, run: "train", progress: { epoch: 2, epochs: 2 } });
    expect(second.result).toEqual({
      ...first.result,
      run: "train",
      speed: expect.anything(),
      per_class: expect.anything(),
    });
    expect(second.artifacts?.map(({ name }) => name)).toContain("weights/best.safetensors");
    const history = await historyOf(app, low.id);
    expect(history.filter((type) => ["queued", "running", "epoch", "succeeded"].includes(type))).toEqual([
      ...["queued", "running", "epoch", "epoch", "succeeded"],
    ]);
    for (const type of ["batch", "log", "artifact"]) expect(history).toContain(type);
    const started = (job: JobAnswer & { started?: string }): number => Date.parse(job.started ?? "");
    expect(started(second)).toBeGreaterThan(started(first));
    // A worker reports how it is now and then
    await until(async () =>
      (await queueOf(app)).workers.some(({ completed, active }) => completed === 2 && active.length === 0),
    );
    const { workers, states } = await queueOf(app);
    expect(states).toMatchObject({ completed: 2, waiting: 0 });
    expect(workers[0]).toMatchObject({ active: [], version, memory: expect.any(Number) });
  });

  it("knows its jobs after it, its worker and Redis started again, and misses nothing of them", async () => {
    const first = await startService(options);
    const worker = await startWorker();
    const { id } = await post(first, { ...training, options: { ...quick, epochs: 6, nbs: 8 } });
    await until(async () => (await first.inject(`/v1/jobs/${id}`)).json().progress?.epoch >= 2);
    await first.close();
    // Its worker is stopped and hands the job back; Redis is killed and comes back with its append-only file.
    await worker.stop(0);
    await redis.kill();
    await redis.start();
    const again = await startWorker();
    onTestFinished(() => again.stop(0));
    const second = await service();
    const job = await waitFor(second, { id, states: over });
    expect(job, JSON.stringify(job)).toMatchObject({ state: "succeeded", result: { epochs: 6 }, starts: 2 });
    const history = await historyOf(second, id);
    expect(history.filter((type) => type === "epoch")).toHaveLength(6);
    expect(history.filter((type) => ["queued", "running", "interrupted", "succeeded"].includes(type))).toEqual([
      ...["queued", "running", "interrupted", "queued", "running", "succeeded"],
    ]);
    const { jobs } = (await second.inject("/v1/jobs")).json();
    expect(jobs.map((one: JobAnswer) => one.state)).toEqual(["succeeded", "succeeded", "succeeded"]);
    const rows = readFileSync(join(options.runsRoot, String(job.run), "results.csv"), "utf8")
      .trim()
      .split("\n");
    expect(rows).toHaveLength(7);
  });

  it("cancels jobs that wait and jobs that run, shows why one failed, and tries it again", async () => {
    const app = await service();
    const act = (id: string, action: string) => app.inject({ method: "POST", url: `/v1/jobs/${id}/${action}` });
    const waiting = await post(app, training);
    await until(async () => (await queueOf(app)).states.waiting === 1);
    expect((await act(waiting.id, "cancel")).statusCode).toBe(202);
    expect(await waitFor(app, { id: waiting.id, states: over })).toMatchObject({ state: "canceled", starts: 0 });

    const worker = await startWorker();
    onTestFinished(() => worker.stop(0));
    const running = await post(app, { ...training, options: { ...quick, epochs: 1000 } });
    await until(async () => (await app.inject(`/v1/jobs/${running.id}`)).json().progress?.epoch >= 1);
    await act(running.id, "cancel");
    const canceled = await waitFor(app, { id: running.id, states: over });
    expect(canceled).toMatchObject({ state: "canceled", starts: 1 });
    expect(canceled.artifacts?.map(({ name }) => name)).toContain("weights/last.safetensors");

    const failing = await post(app, { ...training, options: { ...quick, freeze: [99] } });
    const failed = await waitFor(app, { id: failing.id, states: over });
    expect(failed).toMatchObject({ state: "failed", error: { code: "ARGUMENT" } });
    expect(failed.error?.message).toContain("no layer 99");
    const letter = (await queueOf(app)).jobs.find(({ job }) => job === failing.id);
    expect(letter).toMatchObject({ state: "failed", reason: expect.stringContaining("no layer 99") });

    expect((await act(failing.id, "retry")).json()).toMatchObject({ state: "queued" });
    const again = await waitFor(app, { id: failing.id, states: over });
    expect(again).toMatchObject({ state: "failed", starts: 2, error: { code: "ARGUMENT" } });
    expect((await act(failing.id, "cancel")).statusCode).toBe(409);
    const other = await app.inject({ method: "POST", url: `/v1/queue/runs/${letter?.run}/retry` });
    expect(other.json().error).toMatchObject({ code: "JOB_OF_SERVICE" });
    expect((await act(running.id, "retry")).json()).toMatchObject({ state: "queued" });
    await until(async () => (await app.inject(`/v1/jobs/${running.id}`)).json().state === "running");
    await act(running.id, "cancel");
    expect(await waitFor(app, { id: running.id, states: over })).toMatchObject({ state: "canceled", starts: 2 });
  });

  it("refuses a queue that is not there, and models that its workers would not see", async () => {
    const dead = { url: "redis://127.0.0.1:1", storage: { url: options.runsRoot } };
    await expect(startService({ ...options, queue: dead })).rejects.toMatchObject({
      ...{ code: "IO", message: expect.stringContaining("nothing answers at the queue redis://127.0.0.1:1") },
    });
    const elsewhere = { url: redis.url, storage: { url: join(options.runsRoot, "..", "elsewhere") } };
    await expect(startService({ ...options, queue: elsewhere })).rejects.toMatchObject({
      ...{ code: "ARGUMENT", message: expect.stringMatching(/workers see what lies in the shared folder .*elsewhere/) },
    });
  });
});
