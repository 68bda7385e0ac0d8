import { setTimeout as sleep } from "node:timers/promises";
import { LookonceError } from "@lookonce/errors";
import { afterEach, describe, expect, it } from "vitest";
import type { TestTasks } from "../test/tasks.ts";
import { WorkerPool, type WorkerPoolOptions } from "./index.ts";

const { workerAddress } = await import("../test/worker-address.ts");
const pools: WorkerPool<TestTasks>[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.dispose())));

function makePool(options: Partial<WorkerPoolOptions<TestTasks>> = {}): WorkerPool<TestTasks> {
  const base = { program: workerAddress, name: "test", workerData: {}, maxWorkers: 1, shutdownTimeoutMs: 100 };
  const pool = new WorkerPool<TestTasks>({ ...base, kind: "process", ...options });
  pools.push(pool);
  return pool;
}

describe("a pool of processes", () => {
  it("runs the same tasks: copies, errors with class and code, numbers of processes", async () => {
    const pool = makePool();
    const numbers = Float32Array.of(1, 2, 3);
    expect(await pool.run("double", numbers, { transfer: [numbers.buffer as ArrayBuffer] })).toEqual(
      Float32Array.of(2, 4, 6),
    );
    const coded = await pool.run("fail", "coded").catch((error) => error);
    expect(coded).toBeInstanceOf(LookonceError);
    expect(coded).toMatchObject({ code: "FORMAT", cause: { name: "RangeError" } });
    await expect(pool.run("whoAmI", (() => 1) as unknown as number)).rejects.toThrow("could not be cloned");
    expect(process.kill(await pool.run("whoAmI", 0), 0)).toBe(true);
  });

  it("passes on what a task reports on its way, in order and before its response", async () => {
    const pool = makePool();
    const reports: unknown[] = [];
    const response = pool.run("count", 3, { onReport: (report) => reports.push(report) });
    await Promise.all([response.then(() => reports.push("response")), pool.run("count", 2)]);
    expect(reports).toEqual([0, 1, 2, "response"]);
  });

  it("replaces one that crashes, and runs its tasks again", async () => {
    const causes: string[] = [];
    const pool = makePool({ onWorkerLost: ({ message }) => causes.push(message) });
    const pid = await pool.run("whoAmI", 0);
    const tasks = [pool.run("whoAmI", 100), pool.run("whoAmI", 0)];
    process.kill(pid, "SIGKILL");
    for (const other of await Promise.all(tasks)) expect(other).not.toBe(pid);
    expect(causes).toEqual(["it was ended by SIGKILL"]);
  });

  it.skipIf(process.platform === "win32")("kills one that is stopped: at a task, and at the end", async () => {
    const pool = makePool({ maxAttempts: 1 });
    const pid = await pool.run("whoAmI", 0);
    process.kill(pid, "SIGSTOP");
    const stuck = pool.run("whoAmI", 0, { timeoutMs: 50 });
    await expect(stuck).rejects.toMatchObject({ cause: { message: "it did not answer within 50 ms" } });
    const next = await pool.run("whoAmI", 0);
    await expect.poll(() => isAlive(pid)).toBe(false);
    process.kill(next, "SIGSTOP");
    await pool.dispose();
    expect(isAlive(next)).toBe(false);
  });

  it("keeps this process running while somebody waits for its start, and not longer", async () => {
    const processes = (): number => process.getActiveResourcesInfo().filter((name) => name === "ProcessWrap").length;
    // Those of the tests before are ending
    await expect.poll(processes, { timeout: 10_000 }).toBe(0);
    const pool = makePool({ keepAlive: true, maxWorkers: 2 });
    expect(processes()).toBe(0);
    const started = pool.whenStarted();
    expect(processes()).toBe(2);
    await started;
    expect([pool.ready, processes()]).toEqual([2, 0]);
  });

  it("counts time from when a task is the first", async () => {
    const pool = makePool();
    const [first] = await Promise.all([
      pool.run("whoAmI", 400, { timeoutMs: 5000 }),
      pool.run("whoAmI", 0, { timeoutMs: 300 }),
    ]);
    expect(await pool.run("whoAmI", 0)).toBe(first);
  });

  it.runIf(process.platform === "linux")("kills one that uses too much memory", async () => {
    const pool = makePool({ maxMemory: 2 ** 20, maxAttempts: 1 });
    const cause = { message: "it used more than 1 MiB of memory" };
    await expect(pool.run("whoAmI", 5000)).rejects.toMatchObject({ cause });
  });

  it("reports to a task that its result is not wanted", async () => {
    const pool = makePool();
    await pool.run("whoAmI", 0);
    const control = new AbortController();
    const running = pool.run("untilAborted", undefined, { signal: control.signal });
    control.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(await pool.run("whoAmI", 0, { timeoutMs: 5000 })).toBeGreaterThan(0);
  });

  it("keeps nothing of tasks that are over, where they are served concurrently", async () => {
    const pool = makePool({ workerData: { concurrent: true }, maxTasksPerWorker: 1000 });
    const runMany = async (): Promise<number> => {
      for (let i = 0; i < 10; i++) await Promise.all(Array.from({ length: 1000 }, () => pool.run("whoAmI", 0)));
      return pool.run("usedMemory", undefined);
    };
    const before = await runMany();
    // 30 bytes a task
    expect((await runMany()) - before).toBeLessThan(300_000);
  });

  it("leaves a worker to a task that wants it for itself", async () => {
    const pool = makePool({ maxWorkers: 2 });
    pool.spawnAll();
    await pool.whenStarted();
    const exclusive = [false, true, false, true, false];
    let running = exclusive.length;
    const tasks = exclusive.map((each) => pool.run("whoAmI", 40, { exclusive: each }).finally(() => running--));
    const seen = new Set<number>();
    while (running > 0) {
      for (const worker of pool.workers) if (worker.isReserved) seen.add(worker.pending);
      await sleep(2);
    }
    await Promise.all(tasks);
    expect([...seen]).toEqual([1]);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
