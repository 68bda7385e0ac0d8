import type { Detections } from "@lookonce/geometry";

/** What was seen, in the order of class numbers: `4 persons, 1 bus`, or `nothing`. */
export function countClasses({ classes }: Pick<Detections, "classes">, names: readonly string[]): string {
  const counts = new Map<number, number>();
  for (const label of classes) counts.set(label, (counts.get(label) ?? 0) + 1);
  const parts = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([label, count]) => `${count} ${names[label] ?? `class ${label}`}${plural(count)}`);
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

/** Class names are many languages' words: an s is what YOLO users are used to. */
function plural(count: number): string {
  return count === 1 ? "" : "s";
}
