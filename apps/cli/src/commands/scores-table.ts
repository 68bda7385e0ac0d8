import type { ValidationResult } from "@lookonce/yolo";
import { table } from "../terminal/table.ts";

/** The scores of all classes together, and of each that has labels. */
export function scoresTable({ table: rows }: ValidationResult): string[] {
  const names = Object.keys(rows[0].scores);
  const cells = rows.map(({ name, images, instances, scores }) => [
    ...[name, String(images), String(instances)],
    ...names.map((score) => (scores[score] ?? 0).toFixed(3)),
  ]);
  return table(["class", "images", "instances", ...names], cells, { align: `<${">".repeat(names.length + 2)}` });
}
