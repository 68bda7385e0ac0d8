import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { threadId } from "node:worker_threads";
import { LookonceError } from "@lookonce/errors";
import { readWorkerData, serveTasks, type TaskHandlers, Transfer } from "../src/index.ts";
import type { TestTasks } from "./tasks.ts";

const { counters = new Int32Array(3), ...options } = await readWorkerData<{
  counters?: Int32Array;
  concurrent?: boolean;
}>();

const handlers: TaskHandlers<TestTasks> = {
  async double(numbers) {
    const doubled = numbers.map((n) => 2 * n);
    return new Transfer(doubled, [doubled.buffer as ArrayBuffer]);
  },
  async whoAmI(ms) {
    await sleep(ms);
    return threadId || process.pid;
  },
  async fail(kind) {
    if (kind === "plain") throw new TypeError("wrong type", { cause: "a string" });
    throw new LookonceError("FORMAT", "not an image", { cause: new RangeError("too far") });
  },
  async die(times) {
    if (Atomics.add(counters, 0, 1) < times) process.exit(3);
    return Atomics.load(counters, 0);
  },
  async hang() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
    Atomics.add(counters, 1, 1);
    return undefined;
  },
  async untilAborted(_, context) {
    while (!context.aborted) await sleep(5);
    Atomics.store(counters, 2, 1);
    return undefined;
  },
  async count(to, { report }) {
    for (let i = 0; i < to; i++) report(i);
    return undefined;
  },
  async usedMemory() {
    setFlagsFromString("--expose-gc");
    runInNewContext("gc")();
    return process.memoryUsage().heapUsed;
  },
};

serveTasks<TestTasks>(handlers, options);
