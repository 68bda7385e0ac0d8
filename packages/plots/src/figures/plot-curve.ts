import { mean, sum } from "d3-array";
import { type FigureOptions, renderFigure, titleHeight } from "../chart/figure.ts";
import { type LegendEntry, legendColumn } from "../chart/legend.ts";
import { drawLine } from "../chart/lines.ts";
import { makePanel, type Panel } from "../chart/panel.ts";
import { lineStyle } from "../chart/style.ts";
import { element, moved } from "../chart/svg.ts";
import { noData } from "./plot-lines.ts";

/** Curves of one class, as `DetectionResult.perClass` of `@lookonce/metrics` has them: equally spaced from 0 to 1. */
export interface CurvesOfClass {
  name: string;
  /** Average precision at IoU 0.5. */
  ap50: number;
  curves: {
    precision: ArrayLike<number>;
    recall: ArrayLike<number>;
    f1: ArrayLike<number>;
    precisionAtRecall: ArrayLike<number>;
  };
}

/** Precision over recall; or F1, precision or recall over confidence. */
export type CurveKind = "precision-recall" | "f1" | "precision" | "recall";

const kinds = {
  "precision-recall": { key: "precisionAtRecall", title: "Precision–recall curve", x: "recall", y: "precision" },
  f1: { key: "f1", title: "F1–confidence curve", x: "confidence", y: "F1" },
  precision: { key: "precision", title: "Precision–confidence curve", x: "confidence", y: "precision" },
  recall: { key: "recall", title: "Recall–confidence curve", x: "confidence", y: "recall" },
} as const;

/** Up to so many classes each have a color and a line in the legend; of more, so many of the best and of the worst. */
const maxNamed = 20;
const extremes = 5;

const meanColor = "#0b3d91";
const faint = "#c3c9d0";
const legendWidth = 250;
const side = 560;

interface Curve {
  name: string;
  /** What the legend says of it. */
  value: string | undefined;
  values: ArrayLike<number>;
  score: number;
}

/**
 * A curve for each class and, bold, their mean, as a PNG. The legend says a class's average precision at IoU 0.5, or its
 * highest F1, and for the mean the mAP at IoU 0.5, or the mean's highest value and the confidence it is reached at. Of
 * more than 20 classes, the five best and five worst are named and the others gray.
 */
export async function plotCurve(
  kind: CurveKind,
  classes: readonly CurvesOfClass[],
  options: FigureOptions = {},
): Promise<Uint8Array> {
  const { title, x, y } = kinds[kind];
  const panel = makePanel(
    { x: 10, y: titleHeight, width: side + 70, height: side },
    { x: { label: x, domain: [0, 1] }, y: { label: y, domain: [0, 1] } },
  );
  const size = { width: side + 110 + legendWidth, height: side + titleHeight + 10 };
  const heading = { title, ...options };
  if (classes.length === 0) return renderFigure(size, [panel.svg, noData(panel, "no labeled objects")], heading);
  const curves = classes.map((one) => curveOf(kind, one));
  const { marks, entries } = curves.length <= maxNamed ? allNamed(panel, curves) : fewNamed(panel, curves);
  const means = meanOf(curves);
  const best = means.indexOf(Math.max(...means));
  const at = best / Math.max(means.length - 1, 1);
  const value =
    kind === "precision-recall"
      ? `${finiteMean(curves.map(({ score }) => score)).toFixed(3)} mAP@0.5`
      : `${(means[best] ?? 0).toFixed(2)} at ${at.toFixed(3)}`;
  const summary = { name: "all classes", value, color: meanColor, thick: true };
  const drawn = [
    panel.svg,
    ...marks,
    drawLine(panel, pointsOf(means), { color: meanColor, width: 4 }),
    kind === "precision-recall" ? "" : dot(panel, at, means[best] ?? 0),
    moved(side + 100, titleHeight + 8, legendColumn([summary, ...entries], legendWidth - 10).svg),
  ];
  return renderFigure(size, drawn, heading);
}

function curveOf(kind: CurveKind, { name, ap50, curves }: CurvesOfClass): Curve {
  const values = curves[kinds[kind].key];
  const score = kind === "precision-recall" ? ap50 : kind === "f1" ? highestOf(values) : areaOf(values);
  const value = kind === "precision-recall" ? ap50.toFixed(3) : kind === "f1" ? score.toFixed(2) : undefined;
  return { name, value, values, score };
}

function allNamed(panel: Panel, curves: readonly Curve[]): { marks: string[]; entries: LegendEntry[] } {
  return {
    marks: curves.map(({ values }, i) => drawLine(panel, pointsOf(values), { ...lineStyle(i), width: 1.6 })),
    entries: curves.map(({ name, value }, i) => ({ name, value, ...lineStyle(i) })),
  };
}

function fewNamed(panel: Panel, curves: readonly Curve[]): ReturnType<typeof allNamed> {
  const ranked = [...curves].sort((a, b) => b.score - a.score);
  const [best, worst] = [ranked.slice(0, extremes), ranked.slice(-extremes)];
  const gray = ranked.slice(extremes, -extremes);
  return {
    marks: [
      ...gray.map(({ values }) => drawLine(panel, pointsOf(values), { color: faint, width: 1 })),
      ...[...best, ...worst].map(({ values }, i) => drawLine(panel, pointsOf(values), { ...lineStyle(i), width: 1.6 })),
    ],
    entries: [
      { name: "highest" },
      ...best.map(({ name, value }, i) => ({ name, value, ...lineStyle(i) })),
      { name: "lowest" },
      ...worst.map(({ name, value }, i) => ({ name, value, ...lineStyle(extremes + i) })),
      { name: "" },
      { name: `${gray.length} others`, color: faint },
    ],
  };
}

function dot(panel: Panel, x: number, y: number): string {
  const look = { r: 6, fill: "#fff", stroke: meanColor, "stroke-width": 3 };
  return element("circle", { cx: panel.x(x), cy: panel.y(y), ...look });
}

function pointsOf(values: ArrayLike<number>): [number, number][] {
  return Array.from(values, (value, i) => [i / Math.max(values.length - 1, 1), value]);
}

function meanOf(curves: readonly Curve[]): number[] {
  const length = Math.max(...curves.map(({ values }) => values.length));
  return Array.from({ length }, (_, i) => finiteMean(curves.map(({ values }) => values[i])));
}

function finiteMean(values: readonly (number | undefined)[]): number {
  return mean(values.filter(Number.isFinite)) ?? 0;
}

function highestOf(values: ArrayLike<number>): number {
  return Math.max(0, ...Array.from(values).filter(Number.isFinite));
}

function areaOf(values: ArrayLike<number>): number {
  return sum(Array.from(values).filter(Number.isFinite));
}
