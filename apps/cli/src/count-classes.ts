/** What was seen, in the order of class numbers: `4 persons, 1 bus`, or `nothing`. */
export function countClasses(found: readonly { class: number; name: string }[]): string {
  const counts = new Map<number, { name: string; count: number }>();
  for (const { class: number, name } of found) {
    const before = counts.get(number)?.count ?? 0;
    counts.set(number, { name, count: before + 1 });
  }
  const parts = [...counts].sort(([a], [b]) => a - b).map(([, { name, count }]) => `${count} ${name}${plural(count)}`);
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

/** Class names are many languages' words: an s is what YOLO users are used to. */
function plural(count: number): string {
  return count === 1 ? "" : "s";
}
