import type { QueueAnswer } from "../api/types.ts";
import { duration, short } from "../controls/format.ts";
import { Table } from "../controls/table.tsx";
import { type Machine, machinesOf, titleOf } from "./machines-of.ts";

type Worker = QueueAnswer["workers"][number];

interface MachinesProps {
  workers: readonly Worker[];
  jobs: QueueAnswer["jobs"];
  /** Of the service; workers of others leave its jobs alone. */
  version: string;
}

/** The machines that work, with their workers and what these do. */
export function Machines({ workers, jobs, version }: MachinesProps) {
  return (
    <section aria-label="Machines">
      <h2>Machines</h2>
      {workers.length === 0 && (
        <p className="muted">
          Nobody works: start <code>lookonce worker queue=…</code> on some machine.
        </p>
      )}
      <div className="machines">
        {machinesOf(workers).map((machine) => (
          <MachineCard key={machine.host} machine={machine} jobs={jobs} version={version} />
        ))}
      </div>
    </section>
  );
}

function MachineCard({ machine, jobs, version }: { machine: Machine } & Omit<MachinesProps, "workers">) {
  const { host, cpus, load, memory, usedMemory, workers } = machine;
  const share = usedMemory / memory;
  return (
    <article className="machine" aria-label={host}>
      <header>
        <h3>{host}</h3>
        <span className="muted small">
          {cpus} threads, load {load.toFixed(1)}
        </span>
        <span className="muted small">
          {gigabytes(usedMemory)} of {gigabytes(memory)} GB of memory used
        </span>
        <meter min={0} max={1} high={0.9} value={share} aria-label={`Memory of ${host}`}>
          {Math.round(100 * share)} %
        </meter>
      </header>
      <Table
        label={`Workers on ${host}`}
        rows={workers}
        keyOf={({ id }) => id}
        columns={[
          { title: "Worker", isHeading: true, cell: ({ pid }) => pid },
          { title: "Does", cell: (worker) => <Work worker={worker} jobs={jobs} version={version} /> },
          { title: "Up", className: "number", cell: ({ since, seen }) => duration((seen - since) / 1000) },
          { title: "Done", className: "number", cell: ({ completed }) => short(completed) },
          { title: "Failed", className: "number", cell: ({ failed }) => short(failed) },
        ]}
      />
    </article>
  );
}

function Work({ worker, jobs, version }: { worker: Worker; jobs: QueueAnswer["jobs"]; version: string }) {
  if (worker.version !== version) return <span className="muted">other version: {worker.version}</span>;
  if (worker.active.length === 0) return <span className="muted">nothing</span>;
  return (
    <ul className="work">
      {worker.active.map((id) => {
        const job = jobs.find((one) => one.id === id);
        const since = job?.started === undefined ? "" : ` for ${duration((worker.seen - job.started) / 1000)}`;
        return (
          <li key={id}>
            {job === undefined ? id : titleOf(job)}
            <span className="muted">{since}</span>
          </li>
        );
      })}
    </ul>
  );
}

function gigabytes(size: number): string {
  return (size / 1e9).toFixed(1);
}
