import type { ZoneMark } from "@lookonce/plots";
import { type ClassCounts, type Tracks, totalOf, ZoneCounter, type Zones } from "@lookonce/tracking";

/** Something that happened at a line or a zone. */
export interface PlainZoneEvent {
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

/** What was counted at lines and zones, for one frame. */
export interface ZoneResults {
  /** What happened in the frame. */
  readonly events: readonly PlainZoneEvent[];
  /** So far, by class name: how many crossed each line, and how many are in each zone. */
  readonly counts: {
    lines: Record<string, { in: Record<string, number>; out: Record<string, number> }>;
    zones: Record<string, Record<string, number>>;
  };
  /** Lines and zones with their counts, to be drawn. */
  readonly marks: readonly ZoneMark[];
}

/** Counts tracked objects at lines and zones, under the names of their classes. */
export class ResultsCounter {
  readonly #counter: ZoneCounter;

  constructor(zones: Zones, options: { maxUnseen: number }) {
    this.#counter = new ZoneCounter(zones, options);
  }

  /** Counts the objects of the frame with this number. */
  count(tracks: Tracks, { names, frame }: { names: readonly string[]; frame: number }): ZoneResults {
    const nameOf = (label: number): string => names[label] ?? String(label);
    const byName = (counts: ClassCounts): Record<string, number> =>
      Object.fromEntries(Object.entries(counts).map(([label, count]) => [nameOf(Number(label)), count]));
    const events = this.#counter.update(tracks, { frame }).map(({ label, id, count, ...rest }) => {
      return { ...rest, id, class: label, name: nameOf(label), count };
    });
    const { lines, zones } = this.#counter.counts;
    const counts = {
      lines: mapValues(lines, (way) => ({ in: byName(way.in), out: byName(way.out) })),
      zones: mapValues(zones, byName),
    };
    return { events, counts, marks: this.#marks() };
  }

  /** Ends what is known of objects, as for a new video; counts of lines stay. */
  forget(): void {
    this.#counter.forget();
  }

  #marks(): ZoneMark[] {
    const { counts, zones } = this.#counter;
    const lines = Object.entries(zones.lines).map(([name, points]) => {
      const way = counts.lines[name] ?? { in: {}, out: {} };
      return { points: points.flat(), text: `${name}: in ${totalOf(way.in)}, out ${totalOf(way.out)}` };
    });
    const areas = Object.entries(zones.zones).map(([name, points]) => {
      return { points: points.flat(), text: `${name}: ${totalOf(counts.zones[name] ?? {})}` };
    });
    return [...lines, ...areas];
  }
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
