import type { FigureOptions } from "../chart/figure.ts";
import { type LinePanel, type LineSeries, plotLines } from "./plot-lines.ts";

/** A row of `results.csv`: a number for each column. Missing or not finite: not measured in that epoch. */
export type ResultsRow = Readonly<Record<string, number | undefined>>;

/** Columns that are no curve. */
const notPlotted = new Set(["epoch", "time"]);

/** What users call the columns, in the order of the panels; other columns follow in the order of the file. */
const scores: readonly (readonly [column: RegExp, title: string])[] = [
  [/^metrics\/precision(\(B\))?$/, "Precision"],
  [/^metrics\/recall(\(B\))?$/, "Recall"],
  [/^metrics\/(mAP50\(B\)|mAP_0\.5)$/, "mAP at IoU 0.50"],
  [/^metrics\/(mAP50-95\(B\)|mAP_0\.5:0\.95)$/, "mAP at IoU 0.50 to 0.95"],
];

/** Standard deviation of the smoothing, in epochs: less for short runs, of which it would leave nothing. */
function sigmaOf(epochs: number): number {
  return Math.min(3, Math.max(1, epochs / 20));
}

/**
 * The curves of a run, for `results.png`: losses in training and validation, precision, recall, mAP, learning rates, over
 * epochs. Every column of the rows but `epoch` and `time` is drawn, faint as measured and bold smoothed; columns named
 * `train/x`, `val/x` share a panel, and so do those named `lr…` or `x/lr…`.
 */
export function plotResults(rows: readonly ResultsRow[], options: FigureOptions = {}): Promise<Uint8Array> {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !notPlotted.has(name));
  const panels = new Map<string, { series: Named[]; order: number }>();
  for (const column of columns) {
    const { panel, name, order } = placeOf(column);
    const series = { name, x: epochsOf(rows), y: rows.map((row) => row[column] ?? Number.NaN) };
    const own = panels.get(panel);
    if (own === undefined) panels.set(panel, { series: [series], order });
    else own.series.push(series);
  }
  const ordered = [...panels].sort(([, a], [, b]) => a.order - b.order);
  const charts = ordered.map(([title, { series, order }]) => chart(title, series, order));
  const empty: LinePanel = { title: "Results", xLabel: "epoch", series: [] };
  const columnsOfPanels = charts.length <= 4 ? Math.max(charts.length, 1) : Math.ceil(charts.length / 2);
  return plotLines(charts.length === 0 ? [empty] : charts, { columns: Math.min(columnsOfPanels, 5), ...options });
}

/** Where the panel of learning rates stands: last. */
const rateOrder = 10;

type Named = LineSeries & { name: string };

/** Which panel a column is drawn in, what it is called there, and where the panel stands. */
function placeOf(column: string): { panel: string; name: string; order: number } {
  const loss = /^(train|val)\/(.+?)(_loss)?$/.exec(column);
  if (loss !== null)
    return { panel: `Loss: ${loss[2]}`, name: loss[1] === "val" ? "validation" : "training", order: 0 };
  const score = scores.findIndex(([pattern]) => pattern.test(column));
  if (score >= 0) return { panel: (scores[score] as readonly [RegExp, string])[1], name: column, order: 1 + score };
  const rate = /(?:^|\/)(lr.*|pg\d+)$/.exec(column);
  if (rate !== null) return { panel: "Learning rate", name: rate[1] as string, order: rateOrder };
  return { panel: column, name: column, order: rateOrder - 1 };
}

function epochsOf(rows: readonly ResultsRow[]): number[] {
  return rows.map((row, i) => row.epoch ?? i + 1);
}

function chart(title: string, series: readonly Named[], order: number): LinePanel {
  const isScore = order > 0 && order <= scores.length;
  const highest = Math.max(0, ...series.flatMap(({ y }) => Array.from(y).filter(Number.isFinite)));
  return {
    title,
    xLabel: "epoch",
    // A legend of one line would repeat the title, except for losses, where it distinguishes training from validation.
    series: series.length > 1 || order === 0 ? series : series.map(({ x, y }) => ({ x, y })),
    wholeX: true,
    yDomain: isScore && highest > 0 ? [0, highest] : undefined,
    smooth: order === rateOrder ? undefined : sigmaOf(series[0]?.y.length ?? 0),
  };
}
