import { useState } from "react";
import { isOver } from "../../../src/jobs/job.ts";
import { post, send } from "../api/call.ts";
import type { Job } from "../api/types.ts";
import { useAction } from "../api/use-action.ts";
import { Chart } from "../chart/chart.tsx";
import { chartPlans, expectedColumns, lineColor, seriesOf } from "../chart/result-charts.ts";
import { Button } from "../controls/button.tsx";
import { Facts } from "../controls/facts.tsx";
import { baseName, bytes, duration, figure } from "../controls/format.ts";
import { Notice } from "../controls/notice.tsx";
import { download } from "../detect/download.ts";
import { linkTo } from "../shell/route.ts";
import { type FollowedJob, useFollowedJob } from "./follow-job.ts";
import { encodePath, Images } from "./images.tsx";
import { JobLog } from "./job-log.tsx";
import { ProgressView } from "./job-progress.tsx";
import { StateChip } from "./state-chip.tsx";
import { UseWeights } from "./use-weights.tsx";

export function JobView({ id, onChange }: { id: string; onChange: () => void }) {
  const followed = useFollowedJob(id, onChange);
  const { job, error } = followed;
  if (error !== undefined && job === undefined) return <Notice>{error}</Notice>;
  if (job === undefined) return <div className="job-waiting" aria-busy="true" />;
  return (
    <article className="job" aria-label={`Job ${id}`}>
      <JobHead job={job} connected={followed.connected} />
      {job.error !== undefined && <Notice>{job.error.message}</Notice>}
      <Notice>{error}</Notice>
      {!isOver(job) && <ProgressView job={job} news={followed.news} />}
      {isOver(job) && <Outcome job={job} />}
      {job.kind === "train" && <Curves {...followed} job={job} />}
      <Images address={`/v1/jobs/${encodeURIComponent(id)}/artifacts`} names={imageNames(job)} />
      <Files job={job} />
      <JobLog lines={followed.news.log} />
    </article>
  );
}

function JobHead({ job, connected }: { job: Job; connected: boolean }) {
  const { error, run } = useAction();
  const [asked, setAsked] = useState(false);
  const cancel = async () => {
    if (asked) await run("cancel", () => post(`/v1/jobs/${encodeURIComponent(job.id)}/cancel`));
    setAsked(!asked);
  };
  const options = Object.entries(job.options).map(([key, value]) => `${key}=${String(value)}`);
  return (
    <header className="job-head">
      <div>
        <h2>
          {baseName(job.model)}
          {job.data !== undefined && <span className="muted"> on {job.data}</span>} <StateChip state={job.state} />
        </h2>
        <p className="muted small">{options.join("  ")}</p>
      </div>
      {!isOver(job) && (
        <div className="actions">
          <span className="live" data-on={connected}>
            {connected ? "live" : "connecting …"}
          </span>
          <Button className={`button${asked ? " danger" : ""}`} onClick={cancel} onBlur={() => setAsked(false)}>
            {asked ? "Really cancel?" : "Cancel"}
          </Button>
        </div>
      )}
      <Notice>{error}</Notice>
    </header>
  );
}

function Outcome({ job }: { job: Job }) {
  const numbers = Object.entries(shownResults).flatMap(([key, name]) => {
    const value = job.result?.[key];
    return typeof value === "number" ? [[name, figure(value)] as const] : [];
  });
  const seconds = job.started && job.ended ? (Date.parse(job.ended) - Date.parse(job.started)) / 1000 : undefined;
  const best = job.artifacts?.find(({ name }) => name === "weights/best.safetensors");
  return (
    <section className="outcome" aria-label="Outcome">
      <Facts facts={[...(seconds === undefined ? [] : [["took", duration(seconds)] as const]), ...numbers]} />
      {job.state === "succeeded" && job.kind === "train" && (
        <div className="actions">
          {best !== undefined && <UseWeights job={job} />}
          <a className="button" href={linkTo("runs", job.run ?? "")}>
            Compare with other runs
          </a>
        </div>
      )}
    </section>
  );
}

/** What is shown of a result, and how it is called. */
const shownResults: Readonly<Record<string, string>> = {
  ...{ epochs: "epochs", map50: "mAP50", map50_95: "mAP50-95" },
  ...{ precision: "precision", recall: "recall", bytes: "bytes" },
};

function Curves({ job, table, news }: FollowedJob & { job: Job }) {
  const epochs = Number(job.options.epochs ?? job.progress?.epochs ?? 0);
  // Charts that any training will have are shown empty until the first epoch is over, so that nothing jumps then.
  const shownColumns = table.columns.length > 0 ? table.columns : expectedColumns;
  return (
    <section className="charts" aria-label="Curves">
      {!isOver(job) && (
        <Chart
          title="Loss by batch"
          unit="batch"
          series={[{ name: "sum of all parts", color: lineColor(0), points: news.byBatch }]}
        />
      )}
      {chartPlans(shownColumns).map((plan) => (
        <Chart
          key={plan.title}
          title={plan.title}
          unit="epoch"
          zero={plan.zero}
          series={seriesOf(table, plan)}
          {...(isOver(job) || epochs === 0 ? {} : { until: epochs })}
        />
      ))}
    </section>
  );
}

function Files({ job }: { job: Job }) {
  const { busy, error, run } = useAction();
  const save = (name: string) =>
    run(name, async () => {
      const response = await send(`/v1/jobs/${encodeURIComponent(job.id)}/artifacts/${encodePath(name)}`);
      download(await response.blob(), baseName(name));
    });
  const { artifacts = [] } = job;
  if (artifacts.length === 0) return null;
  return (
    <details className="more files">
      <summary>{artifacts.length} files</summary>
      <ul>
        {artifacts.map(({ name, bytes: size }) => (
          <li key={name}>
            <Button className="text-button" disabled={busy === name} onClick={() => save(name)}>
              {name}
            </Button>
            <span className="muted small">{bytes(size)}</span>
          </li>
        ))}
      </ul>
      <Notice>{error}</Notice>
    </details>
  );
}

function imageNames({ artifacts = [] }: Job): string[] {
  return artifacts.filter(({ type }) => type.startsWith("image/")).map(({ name }) => name);
}
