import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LookonceError } from "@lookonce/errors";
import { freePort, hasRedis, TestRedis, until } from "@lookonce/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { jobId } from "./check-job.ts";
import { type FollowedEvent, type JobQueue, openQueue } from "./job-queue.ts";
import type { Job, Runner } from "./jobs.ts";
import { computePart, readPart } from "./parts.ts";
import { QueueWorker, type QueueWorkerOptions } from "./queue-worker.ts";
import { openStorage } from "./storage/open-storage.ts";

const version = "1.2.3";

describe.skipIf(!hasRedis())("a queue", () => {
  const folder = mkdtempSync(join(tmpdir(), "queue-"));
  const storage = { url: join(folder, "storage") };
  const open = new Set<{ stop?(graceMs: number): Promise<void>; close?(): Promise<void> }>();
  let redis: TestRedis;
  let queue: JobQueue;
  let lastRun = 0;

  beforeAll(async () => {
    redis = await TestRedis.start();
    queue = await openQueue({ url: redis.url, version });
  });
  afterEach(async () => {
    for (const one of open) await (one.stop?.(0) ?? one.close?.());
    open.clear();
  });
  afterAll(async () => {
    await queue.close();
    await redis.stop();
    rmSync(folder, { recursive: true });
  });

  const jobsOf = (parts: number, task: Job["task"] = {}): Job[] => {
    const run = `service-${++lastRun}`;
    return Array.from({ length: parts }, (_, part) => ({ form: 1, kind: "service", run, part, parts, storage, task }));
  };

  const work = async (runner: Runner, more: Partial<QueueWorkerOptions> = {}): Promise<QueueWorker> => {
    const worker: QueueWorker = await QueueWorker.start({
      ...{ url: redis.url, version, lockMs: 2000 },
      compute: (job, { signal, report }) =>
        computePart(job, {
          ...{ runner, signal, worker: worker.id, cache: join(folder, "cache"), place: {} },
          progress: (progress) => report({ type: "progress", progress }),
          log: (line) => report({ type: "log", line }),
          send: (message) => report({ type: "message", message }),
        }),
      ...more,
    });
    open.add(worker);
    return worker;
  };

  const eventsOf = async (id: string, after?: string): Promise<FollowedEvent[]> => {
    const events: FollowedEvent[] = [];
    for await (const one of queue.follow(id, { after })) events.push(one);
    return events;
  };

  it("has each job computed once, with its files, its messages in order, and one record", async () => {
    const jobs = jobsOf(6);
    const computed: number[] = [];
    const runner: Runner = async ({ part }, context) => {
      computed.push(part);
      writeFileSync(join(context.folder, "a.txt"), `part ${part}`);
      for (let i = 0; i < 300; i++) context.send({ i });
      context.progress({ done: 1, total: 1, unit: "images" });
      return { data: { part }, files: ["a.txt"] };
    };
    await queue.add(jobs);
    expect(await queue.describeMissingWorkers()).toMatch("no worker is there yet: start one");
    for (let i = 0; i < 2; i++) await work(runner, { concurrency: 2 });
    for (const job of jobs) expect(await queue.ended(jobId(job))).toEqual({ type: "ended", state: "completed" });
    // The same jobs again are not computed again
    await queue.add(jobs);
    expect(computed.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    const opened = await openStorage(storage);
    const record = await readPart(opened, jobs[3] as Job);
    expect(record).toMatchObject({ data: { part: 3 }, files: ["a.txt"], worker: expect.stringContaining(":") });
    expect(Buffer.from(await opened.read(`${record?.prefix}a.txt`)).toString()).toBe("part 3");

    const events = await eventsOf(jobId(jobs[5] as Job));
    const sent = events.flatMap(({ event }) => (event.type === "message" ? [event.message] : []));
    expect(sent).toEqual(Array.from({ length: 300 }, (_, i) => ({ i })));
    expect(events.at(-1)?.event).toEqual({ type: "ended", state: "completed" });
    const rest = await eventsOf(jobId(jobs[5] as Job), events[100]?.at);
    expect(rest.slice(0, -1)).toEqual(events.slice(101, -1));

    const view = await queue.view();
    expect(view.states).toMatchObject({ completed: 6, waiting: 0 });
    expect(view.runs).toContainEqual(expect.objectContaining({ run: jobs[0]?.run, parts: 6 }));
    expect(view.workers[0]).toMatchObject({ version, concurrency: 2, pid: process.pid });
  });

  it("attempts what fails again, keeps dead letters with their reason, and tries them again when asked", async () => {
    const [job] = jobsOf(1) as [Job];
    let isBroken = true;
    let attempts = 0;
    await work(async () => {
      attempts++;
      if (isBroken) throw new LookonceError("IO", "cannot read /data/a.jpg");
      return { data: "mended" };
    });
    await queue.add([job], { attempts: 3, backoffMs: 10 });
    const ended = await queue.ended(jobId(job));
    expect(ended).toMatchObject({
      state: "failed",
      reason: expect.stringMatching(/^.+:\d+: cannot read \/data\/a.jpg$/),
    });
    expect(attempts).toBe(3);
    expect((await queue.view()).jobs).toContainEqual(expect.objectContaining({ id: jobId(job), reason: ended.reason }));
    isBroken = false;
    expect(await queue.retry(job.run)).toBe(1);
    expect((await queue.ended(jobId(job))).state).toBe("completed");

    const [hopeless] = jobsOf(1) as [Job];
    attempts = 0;
    const refusing = async (): Promise<never> => {
      attempts++;
      throw new LookonceError("ARGUMENT", "no such option");
    };
    for (const one of open) await one.stop?.(0);
    await work(refusing);
    await queue.add([hopeless]);
    expect(await queue.ended(jobId(hopeless))).toMatchObject({ state: "failed" });
    expect(attempts).toBe(1);
  });

  it("cancels what waits and what runs, and starts what is urgent first", async () => {
    const started: string[] = [];
    let release = (): void => {};
    const runner: Runner = async ({ run }, { signal }) => {
      started.push(run);
      await new Promise<void>((resolve, reject) => {
        release = resolve;
        signal.addEventListener("abort", () => reject(new Error("stopped")));
      });
      return { data: null };
    };
    await work(runner);
    const canceled = jobsOf(3);
    await queue.add(canceled);
    await until(() => started.length === 1);
    const [low, normal, high] = [jobsOf(1), jobsOf(1), jobsOf(1)] as [Job[], Job[], Job[]];
    await queue.add(low, { priority: "low" });
    await queue.add(normal);
    await queue.add(high, { priority: "high" });
    expect(await queue.cancel((canceled[0] as Job).run)).toBe(3);
    for (const job of canceled) expect(await queue.ended(jobId(job))).toMatchObject({ state: "canceled" });
    for (const [job] of [high, normal, low] as [Job][]) {
      await until(() => started.at(-1) === job.run);
      release();
      await queue.ended(jobId(job));
    }
    expect(started).toHaveLength(4);
  });

  it("lets a worker that ends finish what it can and hand back the rest, which counts as no attempt", async () => {
    const jobs = jobsOf(2);
    const started: string[] = [];
    const runner: Runner = async ({ part }, { signal }) => {
      started.push(String(signal.reason ?? part));
      if (part === 0 || started.length > 2) return sleep(100).then(() => ({ data: part }));
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    };
    const first = await work(runner, { concurrency: 2 });
    await queue.add(jobs, { attempts: 1 });
    await until(() => started.length === 2);
    await first.stop(500);
    open.delete(first);
    expect(first.counts).toEqual({ completed: 1, failed: 0 });
    expect(await queue.state(jobId(jobs[1] as Job))).toMatchObject({ state: "waiting" });
    await work(runner);
    expect(await queue.ended(jobId(jobs[1] as Job))).toMatchObject({ state: "completed" });
    const events = await eventsOf(jobId(jobs[1] as Job));
    expect(events.map(({ event }) => event.type)).toEqual(["started", "returned", "started", "ended"]);
  });

  it("survives the end and the restart of Redis", async () => {
    const jobs = jobsOf(8);
    const lines: string[] = [];
    await work(async ({ part }) => sleep(150).then(() => ({ data: part })), { log: (line) => lines.push(line) });
    await queue.add(jobs);
    await until(async () => (await readPart(await openStorage(storage), jobs[1] as Job)) !== undefined);
    await redis.kill();
    await sleep(300);
    await redis.start();
    for (const job of jobs) expect(await queue.ended(jobId(job))).toMatchObject({ state: "completed" });
    expect(lines).toEqual([expect.stringContaining("does not answer"), expect.stringContaining("answers again")]);
  });

  it("says in a sentence what is wrong with a queue", async () => {
    const opening = (url: string): Promise<unknown> => openQueue({ url, version }).then((one) => one.close());
    await expect(opening("http://127.0.0.1")).rejects.toThrow("queue must be the address of a Redis");
    await expect(opening(`redis://127.0.0.1:${await freePort()}`)).rejects.toThrow(
      /nothing answers at the queue redis:/,
    );
    await expect(opening("redis://no-such-host.invalid:6379")).rejects.toThrow("no machine of that name");
    const locked = await TestRedis.start({ password: "open sesame".replace(" ", "-") });
    const port = new URL(locked.url).port;
    await expect(opening(`redis://127.0.0.1:${port}`)).rejects.toThrow("wants a password");
    await expect(opening(`redis://:wrong@127.0.0.1:${port}`)).rejects.toThrow(/\*\*\*@.* does not accept the password/);
    await expect(opening(locked.url)).resolves.toBeUndefined();
    await locked.stop();
    const other = await openQueue({ url: redis.url, version: "9.0.0" });
    open.add(other);
    await work(async () => ({ data: null }));
    await until(
      async () => (await other.describeMissingWorkers())?.startsWith("no worker has this version, 9.0.0") ?? false,
    );
    expect(await other.describeMissingWorkers()).toContain(`${process.pid} (1.2.3)`);
  });
});
