import type { Job } from "../api/types.ts";
import { baseName, moment } from "../controls/format.ts";
import { linkTo } from "../shell/route.ts";
import { StateChip } from "./state-chip.tsx";

export function JobList({ jobs, shown }: { jobs: readonly Job[]; shown: string | undefined }) {
  if (jobs.length === 0) return null;
  return (
    <section aria-label="Jobs">
      <h2>Jobs</h2>
      <ul className="job-list">
        {jobs.map(({ id, kind, state, model, data, created, progress }) => (
          <li key={id}>
            <a href={linkTo("train", String(id))} aria-current={String(id) === shown ? "true" : undefined}>
              <span className="job-title">
                {kindNames[kind]} {baseName(model)}
                {data !== undefined && ` · ${data}`}
              </span>
              <StateChip state={state} />
              <span className="muted small">
                {moment(created)}
                {state === "running" &&
                  progress?.epochs !== undefined &&
                  ` · epoch ${progress.epoch} of ${progress.epochs}`}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

const kindNames: Record<Job["kind"], string> = { train: "Train", val: "Validate", export: "Export" };
