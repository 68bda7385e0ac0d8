import { LookonceError } from "@lookonce/errors";

/** What a document may have at most. */
export interface Limits {
  /** Characters of its text. */
  characters: number;
  /** Values, and characters of keys and texts, once aliases are written out. */
  values: number;
  /** Lists and tables within each other. */
  depth: number;
}

/** Limits of files that people write: the largest of them, data sets with ten thousand classes, stay far below. */
export const defaultLimits: Limits = { characters: 1_000_000, values: 1_000_000, depth: 32 };

/** Makes the words for where a value stands from the keys that lead to it; by default the first of them. */
export type PlaceOf = (keys: readonly string[], root: object) => string;

/** A list or table on the way down, and which of its values come next. */
interface Opened {
  value: object;
  entries: [string, unknown][];
  next: number;
}

/**
 * Walks a value as its readers will, aliases written out, and stops where that would not end in good time.
 *
 * @param name what to call the document in errors
 * @throws LookonceError `FORMAT`, naming the key, when it is too large, too deep or part of itself
 */
export function checkBudget(
  root: object,
  name: string,
  { values, depth }: Omit<Limits, "characters">,
  placeOf: PlaceOf = firstKey,
): void {
  const path = [open(root)];
  const onPath = new Set<object>([root]);
  let count = 0;
  const fault = (reason: string): LookonceError => {
    const keys = path.map(({ entries, next }) => entries[next - 1]?.[0] ?? "");
    return new LookonceError("FORMAT", `${name}: ${placeOf(keys, root)}: ${reason}`);
  };
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const entry = top.entries[top.next++];
    if (entry === undefined) {
      onPath.delete(top.value);
      path.pop();
      continue;
    }
    const [key, value] = entry;
    count += 1 + key.length + (typeof value === "string" ? value.length : 0);
    if (count > values) throw fault("too large to read, with its aliases written out");
    if (typeof value !== "object" || value === null) continue;
    if (onPath.has(value)) throw fault("an alias refers to what it is part of");
    if (path.length === depth) throw fault("lists lie too deep in each other");
    path.push(open(value));
    onPath.add(value);
  }
}

function open(value: object): Opened {
  return { value, entries: Object.entries(value), next: 0 };
}

function firstKey(keys: readonly string[]): string {
  return keys[0]?.slice(0, 80) ?? "";
}
