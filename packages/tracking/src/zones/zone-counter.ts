import type { Tracks, UpdateOptions } from "../tracker.ts";
import type { Point, Zones } from "./parse-zones.ts";

/** What happened at a line (`in`, `out`) or a zone (`enter`, `leave`). */
export interface ZoneEvent {
  event: "in" | "out" | "enter" | "leave";
  /** Name of the line or zone. */
  at: string;
  /** Identity and class number of the object. */
  id: number;
  label: number;
  /** After it: of a line how many went this way so far, of a zone how many are in it. */
  count: number;
}

/** Numbers of objects by class number. */
export type ClassCounts = Record<number, number>;

/** What was counted so far. */
export interface ZoneCounts {
  /** How many crossed each line, by class. */
  lines: Record<string, { in: ClassCounts; out: ClassCounts }>;
  /** How many are in each zone now, by class. */
  zones: Record<string, ClassCounts>;
}

/** What is known of an object. */
interface Known {
  /** By the name of a line: where the object was when it was last away from the line by the margin, or first seen. */
  before: Map<string, Point>;
  label: number;
  frame: number;
  /** Names of the zones it is in. */
  inside: Set<string>;
}

/** Counts tracked objects that cross lines and are in polygons. */
export class ZoneCounter {
  readonly zones: Zones;
  readonly counts: ZoneCounts;
  readonly #maxUnseen: number;
  /** Objects by identity, those first that were seen longest ago. */
  readonly #known = new Map<number, Known>();
  #frame = 0;

  /** @param options `maxUnseen`: frames after which an object that is not seen has left its zones. Default 30. */
  constructor(zones: Zones, { maxUnseen = 30 }: { maxUnseen?: number } = {}) {
    this.zones = zones;
    this.#maxUnseen = maxUnseen;
    const names = Object.keys(zones.lines);
    this.counts = {
      lines: Object.fromEntries(names.map((name) => [name, { in: {}, out: {} }])),
      zones: Object.fromEntries(Object.keys(zones.zones).map((name) => [name, {}])),
    };
  }

  /**
   * Counts the objects of the next frame, or of the one with this number, and returns what happened in it.
   *
   * @param options `gone`: identities of objects that have left the image; they leave their zones without being waited for
   */
  update(
    { count, ids, classes, boxes }: Pick<Tracks, "count" | "ids" | "classes" | "boxes">,
    { frame = this.#frame + 1, gone = [] }: Pick<UpdateOptions, "frame"> & { gone?: Iterable<number> } = {},
  ): ZoneEvent[] {
    this.#frame = frame;
    const events: ZoneEvent[] = [];
    for (let i = 0; i < count; i++) {
      const [left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(4 * i, 4 * i + 4);
      const point: Point = [(left + right) / 2, this.zones.point === "center" ? (top + bottom) / 2 : bottom];
      this.#see(ids[i] as number, { point, label: classes[i] as number }, events);
    }
    for (const id of gone) this.#leaveZones(id, events);
    for (const [id, known] of this.#known) {
      if (this.#frame - known.frame <= this.#maxUnseen) break;
      this.#leaveZones(id, events);
      this.#known.delete(id);
    }
    return events;
  }

  /** Ends what is known of objects, as for a new video whose identities start again; counts of lines stay. */
  forget(): void {
    this.#known.clear();
    this.#frame = 0;
    for (const name of Object.keys(this.counts.zones)) this.counts.zones[name] = {};
  }

  #see(id: number, { point, label }: { point: Point; label: number }, events: ZoneEvent[]): void {
    const known = this.#known.get(id);
    const inside = known?.inside ?? new Set<string>();
    const before = known?.before ?? new Map<string, Point>();
    for (const [name, line] of Object.entries(this.zones.lines)) {
      const from = before.get(name);
      if (from !== undefined && distance(line, point) < this.zones.margin) continue;
      before.set(name, point);
      const way = from === undefined ? undefined : crossing(line, from, point);
      const counts = this.counts.lines[name];
      if (way === undefined || counts === undefined) continue;
      counts[way][label] = (counts[way][label] ?? 0) + 1;
      events.push({ event: way, at: name, id, label, count: totalOf(counts[way]) });
    }
    for (const [name, polygon] of Object.entries(this.zones.zones)) {
      const wasInside = inside.has(name);
      const isInside = isWithin(polygon, point);
      if (isInside) inside.add(name);
      else inside.delete(name);
      const from = wasInside ? { from: known?.label ?? label } : {};
      if (wasInside || isInside) this.#move(name, id, { ...from, ...(isInside ? { to: label } : {}) }, events);
    }
    // The order of a map is that of insertion
    this.#known.delete(id);
    this.#known.set(id, { before, label, frame: this.#frame, inside });
  }

  #leaveZones(id: number, events: ZoneEvent[]): void {
    const known = this.#known.get(id);
    for (const name of known?.inside ?? []) this.#move(name, id, { from: known?.label }, events);
    known?.inside.clear();
  }

  /** Removes an object of a class from a zone, adds it, or only changes its class. */
  #move(name: string, id: number, { from, to }: { from?: number | undefined; to?: number }, events: ZoneEvent[]): void {
    const counts = this.counts.zones[name] ?? {};
    if (from !== undefined) {
      counts[from] = (counts[from] ?? 0) - 1;
      if (counts[from] <= 0) delete counts[from];
    }
    if (to !== undefined) counts[to] = (counts[to] ?? 0) + 1;
    const label = to ?? from;
    if (label === undefined || (from !== undefined && to !== undefined)) return;
    events.push({ event: to === undefined ? "leave" : "enter", at: name, id, label, count: totalOf(counts) });
  }
}

/** All classes together. */
export function totalOf(counts: ClassCounts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** How the way between two points crosses a line; points on the line are on its right, so that each crossing counts once. */
function crossing([from, to]: readonly [Point, Point], before: Point, now: Point): "in" | "out" | undefined {
  const wasRight = side(from, to, before) >= 0;
  const isRight = side(from, to, now) >= 0;
  if (wasRight === isRight) return undefined;
  // The line's ends are on different sides of the way
  if (side(before, now, from) >= 0 === side(before, now, to) >= 0) return undefined;
  return isRight ? "in" : "out";
}

/** Distance of a point from a line between two points. */
function distance([[ax, ay], [bx, by]]: readonly [Point, Point], [x, y]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}

/** Above 0 where a point is right of the line from `a` to `b`, with y downwards. */
function side(a: Point, b: Point, point: Point): number {
  return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]);
}

/** Whether a point is in a polygon, by the even–odd rule. */
function isWithin(polygon: readonly Point[], [x, y]: Point): boolean {
  let isInside = false;
  for (const [i, [x1, y1]] of polygon.entries()) {
    const [x2, y2] = polygon.at(i - 1) as Point;
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) isInside = !isInside;
  }
  return isInside;
}
