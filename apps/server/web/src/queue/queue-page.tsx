import type { QueueAnswer } from "../api/types.ts";
import type { Resource } from "../api/use-resource.ts";
import { Empty } from "../controls/empty.tsx";
import { Facts } from "../controls/facts.tsx";
import { count } from "../controls/format.ts";
import { Notice } from "../controls/notice.tsx";
import { Machines } from "./machines.tsx";
import { QueuedJobs } from "./queued-jobs.tsx";

/** The queue that jobs are handed over to: how much waits, who works, what failed. */
export function QueuePage({ queue: { data, error, reload } }: { queue: Resource<QueueAnswer> }) {
  return (
    <div className="queue">
      <h1 className="visually-hidden">Queue of jobs</h1>
      <Notice onRetry={reload}>{error}</Notice>
      {data === undefined && error === undefined && (
        <Empty title="No queue">
          <p>
            This service computes its jobs itself. Start it with <code>queue=redis://…</code> and as many{" "}
            <code>lookonce worker</code> as you like to share them with other machines.
          </p>
        </Empty>
      )}
      {data !== undefined && <Queue queue={data} onChange={reload} />}
    </div>
  );
}

function Queue({ queue, onChange }: { queue: QueueAnswer; onChange: () => void }) {
  const { states, workers, jobs } = queue;
  const facts = [
    ...(["waiting", "active", "failed", "completed"] as const).map((state) => [state, count(states[state])] as const),
    ["workers", count(workers.length)] as const,
  ];
  return (
    <>
      <section className="queue-head" aria-label="Queue">
        <Facts facts={facts} />
        <p className="muted small">
          {queue.queue} · jobs of version {queue.version}
        </p>
      </section>
      <Machines workers={workers} jobs={jobs} version={queue.version} />
      <QueuedJobs jobs={jobs} onChange={onChange} />
    </>
  );
}
