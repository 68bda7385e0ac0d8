import type { FoundBox } from "../api/types.ts";

/** Boxes below this are not asked for; the slider starts here. */
export const lowestConfidence = 0.05;

/** What a person wants to see of what was found. */
export interface Wanted {
  conf: number;
  /** Classes that are switched off, by name. */
  hidden: ReadonlySet<string>;
}

/**
 * The boxes that are wanted, best first.
 *
 * That is what the service would answer with this `conf`: suppression goes from the best box down, so leaving out weak
 * boxes afterwards changes nothing for the others. It makes the slider instant.
 */
export function wantedBoxes(boxes: readonly FoundBox[], { conf, hidden }: Wanted): FoundBox[] {
  return boxes
    .filter((box) => box.confidence >= conf && !hidden.has(box.name))
    .sort((a, b) => b.confidence - a.confidence);
}

/** A class that was found, and how often at the wanted confidence. */
export interface FoundClass {
  class: number;
  name: string;
  count: number;
}

/** The classes of boxes, the most frequent first; those below the wanted confidence count 0 and come last. */
export function foundClasses(boxes: readonly FoundBox[], conf: number): FoundClass[] {
  const classes = new Map<string, FoundClass>();
  for (const { class: label, name, confidence } of boxes) {
    const found = classes.get(name) ?? { class: label, name, count: 0 };
    if (confidence >= conf) found.count++;
    classes.set(name, found);
  }
  return [...classes.values()].sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}

/** For people: `4 × person, 1 × bus`. */
export function tally(boxes: readonly FoundBox[]): string {
  const classes = foundClasses(boxes, 0);
  return classes.length === 0 ? "nothing" : classes.map(({ name, count }) => `${count} × ${name}`).join(", ");
}
