import type { ClassCounts, ZoneCounts, ZoneEvent } from "./zone-counter.ts";

/** Something that happened at a line or a zone. */
export interface NamedZoneEvent {
  /** Of a line `in` and `out`, of a zone `enter` and `leave`. */
  event: "in" | "out" | "enter" | "leave";
  /** Name of the line or zone. */
  at: string;
  /** Identity, class number and class name of the object. */
  id: number;
  class: number;
  name: string;
  /** After it: of a line how many went this way so far, of a zone how many are in it. */
  count: number;
}

/** By class name: how many crossed each line so far, and how many are in each zone. */
export interface NamedCounts {
  lines: Record<string, { in: Record<string, number>; out: Record<string, number> }>;
  zones: Record<string, Record<string, number>>;
}

/** Events with the names of their classes; a class without one has its number. */
export function namedEvents(events: readonly ZoneEvent[], names: readonly string[]): NamedZoneEvent[] {
  return events.map(({ label, id, count, ...rest }) => {
    return { ...rest, id, class: label, name: nameOf(label, names), count };
  });
}

/** Counts by the names of the classes. */
export function namedCounts({ lines, zones }: ZoneCounts, names: readonly string[]): NamedCounts {
  const byName = (counts: ClassCounts): Record<string, number> =>
    Object.fromEntries(Object.entries(counts).map(([label, count]) => [nameOf(Number(label), names), count]));
  return {
    lines: mapValues(lines, (way) => ({ in: byName(way.in), out: byName(way.out) })),
    zones: mapValues(zones, byName),
  };
}

function nameOf(label: number, names: readonly string[]): string {
  return names[label] ?? String(label);
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
