/** A table of keys, from JSON of which nothing is known. */
export type JsonTable = Readonly<Record<string, unknown>>;

/** The value as a table; one without keys where it is none. */
export function asTable(value: unknown): JsonTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonTable) : {};
}

/** The value as a list; an empty one where it is none. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value as a number; `NaN` where it is none. */
export function asNumber(value: unknown): number {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : Number.NaN;
}

/** The value as text, a number as its digits; empty where it is neither. */
export function asText(value: unknown): string {
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "bigint"
      ? String(value)
      : "";
}

/** Points `[[x, y], …]` as x, y, …; `NaN` where there is no number. */
export function asPoints(value: unknown): number[] {
  return asList(value).flatMap((point) => {
    const [x, y] = asList(point);
    return [asNumber(x), asNumber(y)];
  });
}
