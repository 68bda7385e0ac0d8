import type { JobState } from "../../../src/jobs/job.ts";

const names: Record<JobState, string> = {
  queued: "waiting",
  running: "running",
  succeeded: "done",
  failed: "failed",
  canceled: "canceled",
  interrupted: "interrupted",
};

export function StateChip({ state }: { state: JobState }) {
  return (
    <span className="state-chip" data-state={state}>
      {names[state]}
    </span>
  );
}
