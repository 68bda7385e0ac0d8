import type { ValidationResult } from "lookonce";
import { table } from "../terminal/table.ts";

/** The scores of all classes together, and of each that has labels. */
export function scoresTable({ perClass, ...all }: ValidationResult): string[] {
  const header = ["class", "images", "instances", "P", "R", "mAP50", "mAP50-95"];
  const rows = [{ ...all, name: "all" }, ...perClass].map((row) => [
    ...[row.name, String(row.images), String(row.instances)],
    ...[row.precision, row.recall, row.map50, row.map50_95].map((score) => score.toFixed(3)),
  ]);
  return table(header, rows, { align: "<>>>>>>" });
}
