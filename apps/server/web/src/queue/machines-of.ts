import type { QueueAnswer } from "../api/types.ts";

type Worker = QueueAnswer["workers"][number];
type Job = QueueAnswer["jobs"][number];

/** A machine and its workers. */
export interface Machine extends Pick<Worker, "host" | "cpus" | "load" | "memory"> {
  usedMemory: number;
  workers: readonly Worker[];
}

/** Machines by name; what is known of one is what its worker that was heard of last has reported. */
export function machinesOf(workers: readonly Worker[]): Machine[] {
  const hosts = [...new Set(workers.map(({ host }) => host))].sort();
  return hosts.flatMap((host) => {
    const own = workers.filter((worker) => worker.host === host).sort((a, b) => a.since - b.since);
    const [latest] = own.toSorted((a, b) => b.seen - a.seen);
    if (latest === undefined) return [];
    const { cpus, load, memory, freeMemory } = latest;
    return [{ host, cpus, load, memory, usedMemory: memory - freeMemory, workers: own }];
  });
}

const kinds: Readonly<Record<Job["kind"], string>> = {
  predict: "Prediction",
  val: "Validation",
  trial: "Evolution",
  service: "Job of another service",
};

/** What a job is, for people. */
export function titleOf({ kind, run, part, parts, title }: Job): string {
  if (title !== undefined) return title;
  return parts === 1 ? `${kinds[kind]} ${run}` : `${kinds[kind]} ${run}, part ${part + 1} of ${parts}`;
}

const order: readonly Job["state"][] = ["active", "failed", "waiting", "canceled", "completed"];

/** What needs attention first. */
export function inOrder(jobs: readonly Job[]): Job[] {
  return jobs.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.created - b.created);
}
