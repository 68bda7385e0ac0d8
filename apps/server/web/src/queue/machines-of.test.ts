import { expect, it } from "vitest";
import type { QueueAnswer } from "../api/types.ts";
import { inOrder, machinesOf, titleOf } from "./machines-of.ts";

type Worker = QueueAnswer["workers"][number];
type Job = QueueAnswer["jobs"][number];

const worker: Worker = {
  ...{ id: "b:1", host: "b", pid: 1, version: "1", since: 10, seen: 100, concurrency: 1, device: "cpu", active: [] },
  ...{ completed: 0, failed: 0, cpus: 4, load: 0.5, freeMemory: 3, memory: 10 },
};

const job: Job = {
  ...{ id: "r.0", kind: "predict", run: "r", part: 0, parts: 3, state: "waiting", priority: "normal" },
  ...{ created: 5, attempts: 0 },
};

it("gathers workers by machine, with what was heard of it last", () => {
  const workers = [
    worker,
    { ...worker, id: "a:7", host: "a", pid: 7 },
    { ...worker, id: "b:2", pid: 2, since: 5, seen: 200, load: 2, freeMemory: 1 },
  ];
  expect(
    machinesOf(workers).map(({ host, load, usedMemory, workers }) => [
      host,
      load,
      usedMemory,
      workers.map(({ pid }) => pid),
    ]),
  ).toEqual([
    ["a", 0.5, 7, [7]],
    ["b", 2, 9, [2, 1]],
  ]);
  expect(machinesOf([])).toEqual([]);
});

it("names jobs by what they are, and shows first what needs attention", () => {
  expect(titleOf(job)).toBe("Prediction r, part 1 of 3");
  expect(titleOf({ ...job, kind: "trial", parts: 1 })).toBe("Evolution r");
  expect(titleOf({ ...job, kind: "service", title: "train tiny on shapes" })).toBe("train tiny on shapes");
  const states = ["completed", "waiting", "active", "failed", "waiting"] as const;
  const jobs = states.map((state, i) => ({ ...job, id: String(i), state, created: 10 - i }));
  expect(inOrder(jobs).map(({ id }) => id)).toEqual(["2", "3", "4", "1", "0"]);
});
