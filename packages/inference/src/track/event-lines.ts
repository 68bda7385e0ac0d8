import type { Results } from "../results.ts";

const columns = ["path", "frame", "timestamp", "event", "at", "id", "class", "name", "count"] as const;

/** What happened at lines and zones in a frame, as rows of CSV and as lines of JSON. */
export function eventFiles(
  result: Pick<Results, "path" | "frame" | "timestamp" | "zones">,
): { ending: "csv" | "jsonl"; header: string; lines: string }[] {
  const { path, frame, timestamp, zones } = result;
  const rows = (zones?.events ?? []).map((event) => ({ path, frame, timestamp, ...event }));
  const csv = rows.map((row) => `${columns.map((column) => csvField(row[column])).join(",")}\n`);
  return [
    { ending: "csv", header: `${columns.join(",")}\n`, lines: csv.join("") },
    { ending: "jsonl", header: "", lines: rows.map((row) => `${JSON.stringify(row)}\n`).join("") },
  ];
}

/** Texts with separators are quoted (RFC 4180); those that spreadsheets would compute begin with a quotation mark. */
function csvField(value: string | number | undefined): string {
  const text = String(value ?? "");
  const safe = typeof value === "string" && /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
