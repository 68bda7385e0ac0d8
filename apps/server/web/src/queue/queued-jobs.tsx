import { post } from "../api/call.ts";
import type { QueueAnswer, Job as ServiceJob } from "../api/types.ts";
import { useAction } from "../api/use-action.ts";
import { Button } from "../controls/button.tsx";
import { moment } from "../controls/format.ts";
import { Notice } from "../controls/notice.tsx";
import { Table } from "../controls/table.tsx";
import { linkTo } from "../shell/route.ts";
import { StateChip } from "../train/state-chip.tsx";
import { inOrder, titleOf } from "./machines-of.ts";

type Job = QueueAnswer["jobs"][number];

/** The states of a queue in the words of jobs. */
const states: Readonly<Record<Job["state"], ServiceJob["state"]>> = {
  ...{ waiting: "queued", active: "running", completed: "succeeded", failed: "failed", canceled: "canceled" },
};

/** Jobs that run, failed or come next. */
export function QueuedJobs({ jobs, onChange }: { jobs: readonly Job[]; onChange: () => void }) {
  const { busy, error, run } = useAction();
  const act = (job: Job, action: "cancel" | "retry") =>
    run(job.id, async () => {
      await post(`${addressOf(job)}/${action}`);
      onChange();
    });
  return (
    <section aria-label="Jobs in the queue">
      <h2>Jobs</h2>
      <Notice>{error}</Notice>
      {jobs.length === 0 && <p className="muted">Nothing waits, runs or failed.</p>}
      {jobs.length > 0 && (
        <Table
          label="Jobs that run, failed or come next"
          className="queued-jobs"
          rows={inOrder(jobs)}
          keyOf={({ id }) => id}
          columns={[
            { title: "Job", isHeading: true, cell: (job) => <Title job={job} /> },
            { title: "State", cell: ({ state }) => <StateChip state={states[state]} /> },
            { title: "Priority", cell: ({ priority }) => priority },
            { title: "Progress", className: "number", cell: ({ progress }) => progressOf(progress) },
            { title: "Attempts", className: "number", cell: ({ attempts }) => attempts },
            { title: "Worker", cell: ({ worker = "–" }) => worker },
            { title: "Added", className: "moment", cell: ({ created }) => moment(new Date(created).toISOString()) },
            {
              ...{ title: "Actions", isUntitled: true },
              cell: (job) => <Action job={job} isBusy={busy === job.id} onAct={act} />,
            },
          ]}
        />
      )}
    </section>
  );
}

function Title({ job }: { job: Job }) {
  const title = titleOf(job);
  return (
    <>
      {job.job === undefined ? title : <a href={linkTo("train", job.job)}>{title}</a>}
      {job.reason !== undefined && <p className="reason">{job.reason}</p>}
    </>
  );
}

interface ActionProps {
  job: Job;
  isBusy: boolean;
  onAct: (job: Job, action: "cancel" | "retry") => void;
}

function Action({ job, isBusy, onAct }: ActionProps) {
  const isOver = job.state === "failed" || job.state === "canceled";
  if (job.state === "completed") return null;
  const [action, text] = isOver ? (["retry", "Retry"] as const) : (["cancel", "Cancel"] as const);
  return (
    <Button
      className="button small"
      disabled={isBusy}
      aria-label={`${text} ${titleOf(job)}`}
      onClick={() => onAct(job, action)}
    >
      {text}
    </Button>
  );
}

/** Jobs of this service are the service's to change; of others, all parts of a run are changed together. */
function addressOf({ job, run }: Job): string {
  return job === undefined ? `/v1/queue/runs/${encodeURIComponent(run)}` : `/v1/jobs/${encodeURIComponent(job)}`;
}

function progressOf(progress: Job["progress"]): string {
  return progress === undefined ? "–" : `${progress.done} of ${progress.total} ${progress.unit}`;
}
