import type { ResultTable } from "../chart/result-charts.ts";

/** Reads `results.csv`; a last line that is still being written is left out. */
export function parseCsv(text: string): ResultTable {
  const [header = "", ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const columns = header.split(",").map((name) => name.trim());
  const rows = lines
    .map((line) =>
      line.split(",").map((cell) => (cell.trim() === "" || Number.isNaN(Number(cell)) ? null : Number(cell))),
    )
    .filter((row) => row.length === columns.length);
  return { columns, rows };
}
