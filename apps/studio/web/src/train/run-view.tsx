import { useMemo } from "react";
import { Chart } from "../../../../server/web/src/chart/chart.tsx";
import { chartPlans, expectedColumns, seriesOf } from "../../../../server/web/src/chart/result-charts.ts";
import { Button } from "../../../../server/web/src/controls/button.tsx";
import { figure } from "../../../../server/web/src/controls/format.ts";
import { Notice } from "../../../../server/web/src/controls/notice.tsx";
import { bestScore, type Run } from "../engine/runs.ts";
import { modelFiles } from "../engine/train-settings.ts";
import { useEngine } from "../engine/use-engine.ts";
import { linkTo } from "../shell/route.ts";
import { LiveProgress } from "./live-progress.tsx";
import { Preview } from "./preview.tsx";
import { RunState } from "./run-state.tsx";

/** A training: how far it is, its curves, and what its best weights find in validation images. */
export function RunView({ run }: { run: Run }) {
  const { live } = useEngine();
  const own = live?.run === run.name ? live : undefined;
  const { columns, rows } = run.results;
  const plans = useMemo(() => chartPlans(rows.length === 0 ? expectedColumns : columns), [columns, rows]);
  const { start, epochs, imgsz, batch } = run.settings;
  const title = modelFiles.find(({ file }) => file === start)?.title ?? start.slice(start.lastIndexOf("/") + 1);
  return (
    <div className="job">
      <header className="job-head">
        <div>
          <h2>
            {run.title} <RunState run={run} />
          </h2>
          <p className="muted">
            {title} · {epochs} epochs · images of {imgsz} pixels, {batch} a batch
          </p>
        </div>
        <Actions run={run} />
      </header>
      <Problem run={run} />
      {own && <LiveProgress live={own} />}
      <Outcome run={run} />
      <Preview run={run} />
      <div className="charts">
        {plans.map((plan) => (
          <Chart
            key={plan.title}
            title={plan.title}
            series={seriesOf(run.results, plan)}
            unit="epoch"
            zero={plan.zero}
            {...(own === undefined ? {} : { until: epochs })}
          />
        ))}
      </div>
    </div>
  );
}

function Actions({ run }: { run: Run }) {
  const { engine, live } = useEngine();
  if (live?.run === run.name) {
    return (
      <Button onClick={() => engine.stop()} disabled={live.isStopping}>
        {live.isStopping ? "Stopping …" : "Stop"}
      </Button>
    );
  }
  const canResume = run.isResumable && run.state !== "finished" && live === undefined;
  return (
    <div className="actions">
      {canResume && (
        <Button className="button primary" onClick={() => void engine.resume(run, { resumeChanged: false })}>
          Resume
        </Button>
      )}
      <Button onClick={() => void engine.removeRun(run.name)}>Remove</Button>
    </div>
  );
}

/** Why it failed. A data set that has changed since can be accepted. */
function Problem({ run }: { run: Run }) {
  const { engine, live } = useEngine();
  const { problem } = run;
  if (problem === undefined || live?.run === run.name) return null;
  const hasChanged = /resume_changed=true/.test(problem);
  const text = hasChanged
    ? "The data set has changed since this training was stopped. It can resume with the new one; the result is another than without the change. Or start a new training, from these weights if you like."
    : problem;
  return (
    <>
      <Notice>{text}</Notice>
      {hasChanged && (
        <Button disabled={live !== undefined} onClick={() => void engine.resume(run, { resumeChanged: true })}>
          Resume with the changed data set
        </Button>
      )}
    </>
  );
}

function Outcome({ run }: { run: Run }) {
  const score = bestScore(run);
  if (run.best === undefined || score === undefined || run.state === "running") return null;
  return (
    <div className="outcome panel-box">
      <p>
        The best weights find the validation images’ objects with mAP50 <b>{figure(score)}</b>.
      </p>
      <div className="actions">
        <a className="button primary" href={linkTo("try", run.best.path)}>
          Try them
        </a>
        <a className="button" href={linkTo("download")}>
          Download
        </a>
      </div>
    </div>
  );
}
