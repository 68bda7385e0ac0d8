import { LookonceError } from "@lookonce/errors";
import { afterEach, describe, expect, it } from "vitest";
import type { TestTasks } from "../test/tasks.ts";
import { WorkerLostError, WorkerPool, type WorkerPoolOptions } from "./index.ts";

const { workerAddress } = await import("../test/worker-address.ts");
const pools: WorkerPool<TestTasks>[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.dispose())));

function makePool(options: Partial<WorkerPoolOptions<TestTasks>> = {}) {
  const counters = new Int32Array(new SharedArrayBuffer(12));
  const pool = new WorkerPool<TestTasks>({
    program: workerAddress,
    name: "test",
    workerData: { counters },
    maxWorkers: 1,
    ...options,
  });
  pools.push(pool);
  return { pool, counters };
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error("nothing was thrown");
    },
    (error) => error,
  );
}

describe("WorkerPool.run", () => {
  it("returns responses and moves memory both ways", async () => {
    const { pool } = makePool();
    const numbers = Float32Array.of(1, 2, 3);
    expect(await pool.run("double", numbers)).toEqual(Float32Array.of(2, 4, 6));
    expect(numbers.length).toBe(3);
    expect(await pool.run("double", numbers, { transfer: [numbers.buffer as ArrayBuffer] })).toHaveLength(3);
    expect(numbers.length).toBe(0);
  });

  it("throws what the task threw, with its class, code and causes", async () => {
    const { pool } = makePool();
    const coded = await failure(pool.run("fail", "coded"));
    expect(coded).toBeInstanceOf(LookonceError);
    expect(coded).toMatchObject({ code: "FORMAT", message: "not an image", cause: { name: "RangeError" } });
    expect(coded.stack).toMatch(/program/);
    const plain = await failure(pool.run("fail", "plain"));
    expect(plain).toMatchObject({ name: "TypeError", message: "wrong type", cause: { message: "a string" } });
  });

  it("throws where a request cannot be sent, and goes on", async () => {
    const { pool } = makePool();
    await expect(pool.run("whoAmI", (() => 1) as unknown as number)).rejects.toThrow("could not be cloned");
    expect(await pool.run("whoAmI", 0)).toBeGreaterThan(0);
  });

  it("starts workers when tasks come, no more than allowed, and spreads tasks over them", async () => {
    const { pool } = makePool({ maxWorkers: 2 });
    expect(pool.workers).toHaveLength(0);
    const ids = await Promise.all(Array.from({ length: 8 }, () => pool.run("whoAmI", 20)));
    expect(pool.workers).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
    await pool.run("whoAmI", 0);
    expect(pool.ready).toBe(2);
  });

  it("runs a task only in workers that it accepts", async () => {
    const { pool } = makePool({ maxWorkers: 2 });
    pool.spawnAll();
    const [, second] = pool.workers;
    const id = await second?.run("whoAmI", 0);
    const accepts = (worker: unknown): boolean => worker === second;
    const ids = await Promise.all(Array.from({ length: 5 }, () => pool.run("whoAmI", 5, { accepts })));
    expect(new Set(ids)).toEqual(new Set([id]));
  });
});

describe("a worker that dies", () => {
  it("is replaced; its task is run again, and those behind it as if nothing had happened", async () => {
    const causes: string[] = [];
    const { pool } = makePool({ maxTasksPerWorker: 3, onWorkerLost: ({ message }) => causes.push(message) });
    const before = await pool.run("whoAmI", 0);
    const [times, ...ids] = await Promise.all([pool.run("die", 1), pool.run("whoAmI", 0), pool.run("whoAmI", 0)]);
    expect(times).toBe(2);
    expect(ids[0]).not.toBe(before);
    expect(causes).toEqual(["it exited with code 3"]);
  });

  it("again and again is its task's fault; those behind it are run", async () => {
    const { pool, counters } = makePool();
    const [dead, alive] = await Promise.allSettled([pool.run("die", 9), pool.run("whoAmI", 0)]);
    expect(dead).toMatchObject({ reason: { message: "A worker was lost: it exited with code 3" } });
    expect(alive.status).toBe("fulfilled");
    expect(counters[0]).toBe(2);
  });

  it("loses tasks whose memory was moved to it", async () => {
    const { pool } = makePool();
    const numbers = Float32Array.of(1);
    const tasks = [pool.run("die", 1), pool.run("double", numbers, { transfer: [numbers.buffer as ArrayBuffer] })];
    const [died, moved] = await Promise.allSettled(tasks);
    expect(died).toMatchObject({ value: 2 });
    expect(moved).toMatchObject({ reason: { name: "WorkerLostError", wasRunning: false } });
  });

  it("is replaced without a task where all are kept alive, and prepared before it is ready", async () => {
    let prepared = 0;
    let ready = 0;
    const { pool } = makePool({
      keepAlive: true,
      maxWorkers: 2,
      maxAttempts: 1,
      prepare: async (worker) => {
        await worker.run("whoAmI", 0);
        prepared++;
      },
      onWorkerReady: () => ready++,
    });
    await pool.whenStarted();
    expect(pool.ready).toBe(2);
    await expect(pool.run("die", 1)).rejects.toBeInstanceOf(WorkerLostError);
    expect(pool.ready).toBe(1);
    await pool.whenStarted();
    expect([pool.ready, prepared, ready]).toEqual([2, 3, 3]);
  });

  it("while it starts fails the task, with the reason", async () => {
    const { pool } = makePool({ program: new URL("data:text/javascript,throw new Error('no such device')") });
    const error = await failure(pool.run("whoAmI", 0));
    expect(error).toMatchObject({ name: "WorkerLostError", cause: { message: "no such device" } });
  });
});

describe("a worker that has other work", () => {
  it("starts what waits in the pool's queue when it has answered tasks that it got directly", async () => {
    const { pool } = makePool({ keepAlive: true });
    await pool.whenStarted();
    for (const exclusive of [false, true]) {
      const direct = pool.workers.flatMap((worker) => [worker.run("whoAmI", 20), worker.run("whoAmI", 20)]);
      const [[id], queued] = await Promise.all([Promise.all(direct), pool.run("whoAmI", 0, { exclusive })]);
      expect(queued).toBe(id);
    }
  });
});

describe("a worker that hangs", () => {
  it.each([
    ["terminate", 0],
    ["abandon", 1],
  ] as const)("is replaced (%s)", async (whenHung, finished) => {
    const { pool, counters } = makePool({ whenHung, maxAttempts: 1 });
    const before = await pool.run("whoAmI", 0);
    const [hung, behind] = await Promise.allSettled([
      pool.run("hang", undefined, { timeoutMs: 50 }),
      pool.run("whoAmI", 0),
    ]);
    expect(hung).toMatchObject({ reason: { cause: { message: "it did not answer within 50 ms" } } });
    expect(behind.status).toBe("fulfilled");
    expect(behind).not.toEqual({ status: "fulfilled", value: before });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(counters[1]).toBe(finished);
  });
});

describe("a signal", () => {
  it("removes a task from the queue", async () => {
    const { pool, counters } = makePool({ maxTasksPerWorker: 1 });
    const control = new AbortController();
    const [first, second] = [pool.run("whoAmI", 50), pool.run("die", 1, { signal: control.signal })];
    control.abort(new Error("enough"));
    await expect(second).rejects.toThrow("enough");
    await expect(pool.run("die", 1, { signal: control.signal })).rejects.toThrow("enough");
    await first;
    await pool.run("whoAmI", 0);
    expect(counters[0]).toBe(0);
  });

  it("reaches a task that runs", async () => {
    const { pool, counters } = makePool();
    const control = new AbortController();
    const running = pool.run("untilAborted", undefined, { signal: control.signal });
    await expect.poll(() => pool.ready, { timeout: 20_000 }).toBe(1);
    control.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    await pool.run("whoAmI", 0);
    expect(counters[2]).toBe(1);
  });
});

describe("WorkerPool.dispose", () => {
  it("lets workers finish what they have, and fails the rest", async () => {
    const { pool } = makePool();
    const tasks = [pool.run("whoAmI", 50), pool.run("whoAmI", 0), pool.run("whoAmI", 0)];
    const outcomes = Promise.allSettled(tasks);
    await Promise.all([pool.dispose(), pool.dispose()]);
    expect((await outcomes).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
    await expect(pool.run("whoAmI", 0)).rejects.toMatchObject({ code: "ARGUMENT" });
    expect([pool.workers.length, pool.ready]).toEqual([0, 0]);
  });

  it.each(["terminate", "abandon"] as const)("does not wait for a worker that hangs (%s)", async (whenHung) => {
    const { pool } = makePool({ whenHung, shutdownTimeoutMs: 50 });
    await pool.run("whoAmI", 0);
    const hung = failure(pool.run("hang", undefined));
    const start = performance.now();
    await pool.dispose();
    expect(performance.now() - start).toBeLessThan(350);
    expect(await hung).toMatchObject({ code: "ARGUMENT", message: "The pool of workers has been disposed of." });
  });

  it("is not needed for idle workers not to keep the process running", async () => {
    const alive = (): number =>
      process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort/.test(name)).length;
    const before = alive();
    const { pool } = makePool();
    const task = pool.run("whoAmI", 30);
    expect(alive()).toBeGreaterThan(before);
    await task;
    await expect.poll(alive).toBe(before);
  });
});
