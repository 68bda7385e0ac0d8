import type { Series } from "./chart.tsx";

/** Rows of `results.csv`. */
export interface ResultTable {
  columns: readonly string[];
  rows: readonly (readonly (number | null)[])[];
}

/** Which columns one chart shows. */
export interface ChartPlan {
  title: string;
  /** Names in the legend by column. */
  columns: readonly (readonly [column: string, name: string])[];
  zero: boolean;
}

const partNames: Readonly<Record<string, string>> = {
  box: "Box loss",
  cls: "Class loss",
  dfl: "Distribution loss (DFL)",
  obj: "Objectness loss",
};

/** The charts of a table: scores, then each part of the loss, then learning rates. */
export function chartPlans(columns: readonly string[]): ChartPlan[] {
  const has = (column: string) => columns.includes(column);
  const parts = columns.flatMap((column) => /^train\/(\w+)_loss$/.exec(column)?.[1] ?? []);
  const plans: ChartPlan[] = [
    {
      title: "Average precision",
      columns: [
        ["metrics/mAP50(B)", "mAP50"],
        ["metrics/mAP50-95(B)", "mAP50-95"],
      ],
      zero: true,
    },
    {
      title: "Precision and recall",
      columns: [
        ["metrics/precision(B)", "precision"],
        ["metrics/recall(B)", "recall"],
      ],
      zero: true,
    },
    ...parts.map((part) => ({
      title: partNames[part] ?? `${part} loss`,
      columns: [
        [`train/${part}_loss`, "training"],
        [`val/${part}_loss`, "validation"],
      ] as const,
      zero: false,
    })),
    {
      title: "Learning rate",
      columns: [
        ["lr/pg0", "weights"],
        ["lr/pg1", "normalization"],
        ["lr/pg2", "biases"],
      ],
      zero: true,
    },
  ];
  return plans
    .map((plan) => ({ ...plan, columns: plan.columns.filter(([column]) => has(column)) }))
    .filter((plan) => plan.columns.length > 0);
}

/** Colors of lines that stand beside each other: distinguishable for every kind of color vision (after Okabe and Ito). */
export const lineColors: readonly string[] = [
  "var(--line-1)",
  "var(--line-2)",
  "var(--line-3)",
  "var(--line-4)",
  "var(--line-5)",
  "var(--line-6)",
];

/** The points of a column by epoch; what was not measured is left out. */
export function pointsOf({ columns, rows }: ResultTable, column: string): [x: number, y: number][] {
  const [x, y] = [columns.indexOf("epoch"), columns.indexOf(column)];
  return rows.flatMap((row) => {
    const [epoch, value] = [row[x], row[y]];
    return typeof epoch === "number" && typeof value === "number" ? [[epoch, value] as [number, number]] : [];
  });
}

/** The lines of one run in a chart. */
export function seriesOf(table: ResultTable, plan: ChartPlan): Series[] {
  return plan.columns.map(([column, name], i) => ({
    name,
    color: lineColors[i % lineColors.length] as string,
    points: pointsOf(table, column),
  }));
}
