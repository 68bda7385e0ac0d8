import type { ZoneMark } from "@lookonce/plots";
import {
  type NamedCounts,
  type NamedZoneEvent,
  namedCounts,
  namedEvents,
  type SequenceTracks,
  totalOf,
} from "@lookonce/tracking";

/** What was counted at lines and zones, for one frame. */
export interface ZoneResults {
  /** What happened in the frame. */
  readonly events: readonly NamedZoneEvent[];
  /** So far, by class name: how many crossed each line, and how many are in each zone. */
  readonly counts: NamedCounts;
  /** Lines and zones with their counts, to be drawn. */
  readonly marks: readonly ZoneMark[];
}

/** What was counted, under the names of the classes. */
export function zoneResults(counted: NonNullable<SequenceTracks["counted"]>, names: readonly string[]): ZoneResults {
  const { events, counts } = counted;
  return { events: namedEvents(events, names), counts: namedCounts(counts, names), marks: marksOf(counted) };
}

function marksOf({ counts, zones }: NonNullable<SequenceTracks["counted"]>): ZoneMark[] {
  const lines = Object.entries(zones.lines).map(([name, points]) => {
    const way = counts.lines[name] ?? { in: {}, out: {} };
    return { points: points.flat(), text: `${name}: in ${totalOf(way.in)}, out ${totalOf(way.out)}` };
  });
  const areas = Object.entries(zones.zones).map(([name, points]) => {
    return { points: points.flat(), text: `${name}: ${totalOf(counts.zones[name] ?? {})}` };
  });
  return [...lines, ...areas];
}
