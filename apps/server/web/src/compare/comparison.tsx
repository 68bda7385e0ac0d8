import type { Run } from "../api/types.ts";
import { Chart, type Series } from "../chart/chart.tsx";
import { type ChartPlan, chartPlans, lineColor, pointsOf, seriesOf } from "../chart/result-charts.ts";
import { Images } from "../train/images.tsx";
import { ArgsTable } from "./args-table.tsx";
import { ImagePairs } from "./image-pairs.tsx";

/** Curves, settings and images of one run, or of several beside each other. */
export function Comparison({ runs }: { runs: readonly Run[] }) {
  const [only] = runs;
  if (only === undefined) return null;
  const columns = [...new Set(runs.flatMap((run) => run.columns))];
  const plans = chartPlans(columns);
  const charts =
    runs.length === 1
      ? plans.map((plan) => ({ title: plan.title, zero: plan.zero, series: seriesOf(only, plan) }))
      : plans.flatMap((plan) => sideBySide(plan, runs));
  return (
    <>
      <h2 className="visually-hidden">{runs.map(({ name }) => name).join(", ")}</h2>
      {charts.length > 0 ? (
        <section className="charts" aria-label="Curves">
          {charts.map(({ title, zero, series }) => (
            <Chart key={title} title={title} unit="epoch" zero={zero} series={series} />
          ))}
        </section>
      ) : (
        <p className="muted">This run has no finished epoch yet.</p>
      )}
      <ArgsTable runs={runs} />
      {runs.length === 1 ? (
        <Images address={`/v1/runs/${encodeURIComponent(only.name)}/files`} names={only.images} />
      ) : (
        <ImagePairs runs={runs} />
      )}
    </>
  );
}

/** A chart a column, a line a run; of the rates the second group's, which in every order are no biases. */
function sideBySide(plan: ChartPlan, runs: readonly Run[]): { title: string; zero: boolean; series: Series[] }[] {
  const columns = Object.entries(plan.columns);
  const isRate = /rate/.test(plan.title);
  return (isRate ? columns.slice(0, 2).slice(-1) : columns).map(([column, name]) => ({
    title: isRate ? plan.title : titleOf(plan, name),
    zero: plan.zero,
    series: runs.map((run, i) => ({ name: run.name, color: lineColor(i), points: pointsOf(run, column) })),
  }));
}

function titleOf({ title }: ChartPlan, name: string): string {
  return /loss/i.test(title) ? `${title}, ${name}` : sentenceCase(name);
}

function sentenceCase(text: string): string {
  return text.startsWith("mAP") ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
