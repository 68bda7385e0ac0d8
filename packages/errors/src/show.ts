/** Characters of a value that an error quotes. */
const longest = 80;

/**
 * A value as errors quote it: as JSON, but short, and NaN as what it is. Values of strangers may be nested deeper than the stack,
 * and a small file's aliases can make enormous lists.
 */
export function show(value: unknown): string {
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(cut(value, 3)) ?? String(value);
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

function cut(value: unknown, depth: number): unknown {
  if (typeof value === "string") return value.slice(0, longest);
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return "…";
  if (Array.isArray(value)) return value.slice(0, longest).map((item) => cut(item, depth - 1));
  const entries = Object.entries(value).slice(0, longest);
  return Object.fromEntries(entries.map(([key, item]) => [key, cut(item, depth - 1)]));
}
