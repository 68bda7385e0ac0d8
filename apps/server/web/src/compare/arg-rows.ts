import type { Run } from "../api/types.ts";

/** The settings of runs by name, and whether they differ. */
export function argRows(runs: readonly Pick<Run, "args">[]): { key: string; values: string[]; differs: boolean }[] {
  const keys = [...new Set(runs.flatMap(({ args }) => Object.keys(args)))].sort();
  return keys.map((key) => {
    const values = runs.map(({ args }) => text(args[key]));
    return { key, values, differs: values.some((value) => value !== values[0]) };
  });
}

function text(value: unknown): string {
  if (value === undefined || value === null) return "–";
  if (typeof value === "number") return String(Number(value.toPrecision(12)));
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
