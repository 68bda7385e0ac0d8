import type { Series } from "./chart.tsx";

/** Rows of `results.csv`. */
export interface ResultTable {
  columns: readonly string[];
  rows: readonly (readonly (number | null)[])[];
}

/** Which columns one chart shows. */
export interface ChartPlan {
  title: string;
  zero: boolean;
  /** Names in the legend by column. */
  columns: Readonly<Record<string, string>>;
}

const partNames: Readonly<Record<string, string>> = {
  box: "Box loss",
  cls: "Class loss",
  dfl: "Distribution loss (DFL)",
  obj: "Objectness loss",
  seg: "Mask loss",
  pose: "Keypoint loss",
  kobj: "Visibility loss",
};

/** What scores are of, by the letter that their columns end with. */
const scored: Readonly<Record<string, string>> = { B: "", M: " of masks", P: " of keypoints" };

const scores: readonly ChartPlan[] = [
  ...Object.entries(scored).flatMap(([letter, what]): ChartPlan[] => [
    {
      ...{ title: `Average precision${what}`, zero: true },
      columns: { [`metrics/mAP50(${letter})`]: "mAP50", [`metrics/mAP50-95(${letter})`]: "mAP50-95" },
    },
    {
      ...{ title: `Precision and recall${what}`, zero: true },
      columns: { [`metrics/precision(${letter})`]: "precision", [`metrics/recall(${letter})`]: "recall" },
    },
  ]),
  {
    ...{ title: "Accuracy", zero: true },
    columns: { "metrics/accuracy_top1": "top-1", "metrics/accuracy_top5": "top-5" },
  },
];

/** Which group of parameters a column is of depends on family and optimizer: lines have the columns' own names. */
function ratesOf(columns: readonly string[]): ChartPlan {
  const groups = columns.filter((column) => /^lr\/pg\d+$/.test(column));
  return {
    ...{ title: "Learning rate", zero: true },
    columns: Object.fromEntries(groups.map((column) => [column, column.slice("lr/".length)])),
  };
}

/** Columns that most trainings will have, for charts before the first epoch. */
export const expectedColumns: readonly string[] = scores.slice(0, 2).flatMap(({ columns }) => Object.keys(columns));

/** The charts of a table: scores, then each part of the loss, then learning rates. */
export function chartPlans(columns: readonly string[]): ChartPlan[] {
  // A classifier's only part is the loss itself
  const parts = columns.flatMap((column) => /^train\/((?:\w+_)?loss)$/.exec(column)?.[1] ?? []);
  const losses = parts.map((part) => ({
    ...{ title: titleOfLoss(part.replace(/_?loss$/, "")), zero: false },
    columns: { [`train/${part}`]: "training", [`val/${part}`]: "validation" },
  }));
  return [...scores, ...losses, ratesOf(columns)].flatMap((plan) => {
    const there = Object.entries(plan.columns).filter(([column]) => columns.includes(column));
    return there.length === 0 ? [] : [{ ...plan, columns: Object.fromEntries(there) }];
  });
}

function titleOfLoss(part: string): string {
  return part === "" ? "Loss" : (partNames[part] ?? `${part} loss`);
}

/** Lines that can stand beside each other: their colors are distinguishable for every kind of color vision. */
export const maxLines = 6;

/** The color of a line (after Okabe and Ito). */
export function lineColor(index: number): string {
  return `var(--line-${(index % maxLines) + 1})`;
}

/** The points of a column by epoch; what was not measured is left out. */
export function pointsOf({ columns, rows }: ResultTable, column: string): [x: number, y: number][] {
  const [x, y] = [columns.indexOf("epoch"), columns.indexOf(column)];
  return rows.flatMap((row) => {
    const [epoch, value] = [row[x], row[y]];
    return typeof epoch === "number" && typeof value === "number" ? [[epoch, value] as [number, number]] : [];
  });
}

/** The lines of one run in a chart. Columns of the same numbers, such as most groups' learning rates, are one line. */
export function seriesOf(table: ResultTable, plan: ChartPlan): Series[] {
  const lines = new Map<string, { names: string[]; points: [x: number, y: number][] }>();
  for (const [column, name] of Object.entries(plan.columns)) {
    const points = pointsOf(table, column);
    const key = points.length > 0 ? points.join(" ") : name;
    const line = lines.get(key) ?? { names: [], points };
    line.names.push(name);
    lines.set(key, line);
  }
  return [...lines.values()].map(({ names, points }, i) => ({ name: names.join(", "), color: lineColor(i), points }));
}
