import { parseJobId } from "./check-job.ts";
import type { JobState, JobView, RunView } from "./jobs.ts";
import { canceledReason } from "./keys.ts";

/** Ids of jobs by state. */
export type CountedJobs = Readonly<Record<Exclude<JobState, "canceled">, readonly string[]>>;

/** No job in any state. */
export function noStates(): Record<JobState, number> {
  return { waiting: 0, active: 0, completed: 0, failed: 0, canceled: 0 };
}

/** Our state of BullMQ's. */
export function stateOf(type: string, reason: string | undefined): JobState {
  if (type === "failed") return reason === canceledReason ? "canceled" : "failed";
  return type === "active" || type === "completed" ? type : "waiting";
}

/** Counts jobs by runs. What a run is of is known where one of its jobs is shown. */
export function countRuns(ids: CountedJobs, jobs: readonly JobView[]): RunView[] {
  const canceled = new Set(jobs.filter(({ state }) => state === "canceled").map(({ id }) => id));
  const runs = new Map<string, Record<JobState, number>>();
  for (const [state, some] of Object.entries(ids) as [keyof CountedJobs, readonly string[]][]) {
    for (const id of some) {
      const { run } = parseJobId(id);
      const states = runs.get(run) ?? noStates();
      states[canceled.has(id) ? "canceled" : state]++;
      runs.set(run, states);
    }
  }
  return [...runs].map(([run, states]) => {
    const known = jobs.find((job) => job.run === run);
    const parts = known?.parts ?? Object.values(states).reduce((sum, count) => sum + count, 0);
    return { run, kind: known?.kind ?? kindOfRun(run), parts, states };
  });
}

/** Names of runs begin with their kind. */
function kindOfRun(run: string): RunView["kind"] {
  const [kind] = run.split("-");
  return kind === "predict" || kind === "val" || kind === "trial" ? kind : "service";
}
