import { didYouMean, LookonceError } from "@lookonce/errors";

/** A point in pixels. */
export type Point = readonly [x: number, y: number];

/** What objects are counted at, by name. */
export interface Zones {
  /**
   * Lines from a first to a second point. Seen along the line, whoever crosses it from its left to its right comes in: of a line
   * drawn from left to right that is downwards.
   */
  lines: Readonly<Record<string, readonly [Point, Point]>>;
  /** Polygons, whose last point is joined to the first. */
  zones: Readonly<Record<string, readonly Point[]>>;
  /** The point of a box that stands for the object: its center, or the middle of its lower side. */
  point: "center" | "bottom";
  /** Pixels that an object must be away from a line, on the other side, before it has crossed it. */
  margin: number;
}

const keys = ["lines", "zones", "point", "margin"];
const maxEntries = 1000;

/**
 * Checks lines and polygons as a YAML file has them.
 *
 * @param name of the values in errors, such as a file's name
 * @param place of a key at the top, or in a table there, in errors, e.g. its line. Default: none.
 * @throws LookonceError `ARGUMENT` for unknown keys, points that are none, and when there is nothing to count at
 */
export function parseZones(
  content: object,
  name: string,
  place: (key: string, section?: string) => string = () => "",
): Zones {
  const where: Where = (key, section) => `${name}${place(key, section)}`;
  const table: Record<string, unknown> = { ...content };
  for (const key of Object.keys(table)) {
    if (keys.includes(key)) continue;
    fail(`${where(key)} has no key "${key}".${didYouMean(key, keys) || ` There are ${keys.join(", ")}.`}`);
  }
  const { point = "center", margin = 0 } = table;
  if (point !== "center" && point !== "bottom") {
    fail(`${where("point")}: point must be center or bottom, not ${JSON.stringify(point)}.`);
  }
  if (typeof margin !== "number" || !(margin >= 0 && Number.isFinite(margin))) {
    fail(`${where("margin")}: margin must be pixels from 0 on, not ${JSON.stringify(margin)}.`);
  }
  const lines: Record<string, readonly [Point, Point]> = {};
  for (const [key, points] of shapes(table, "lines", where)) {
    const [from, to, ...more] = points;
    if (from === undefined || to === undefined || more.length > 0 || (from[0] === to[0] && from[1] === to[1])) {
      fail(
        `${where(key, "lines")}: the line ${key} must have two different points, [[x, y], [x, y]], but has ${points.length}.`,
      );
    }
    lines[key] = [from, to];
  }
  const zones: Record<string, readonly Point[]> = {};
  for (const [key, points] of shapes(table, "zones", where)) {
    if (points.length < 3) {
      fail(`${where(key, "zones")}: the zone ${key} must have three points at least, but has ${points.length}.`);
    }
    if (Object.hasOwn(lines, key)) {
      fail(`${where(key, "zones")}: ${key} is the name of a line and of a zone. Rename one.`);
    }
    zones[key] = points;
  }
  if (Object.keys(lines).length + Object.keys(zones).length === 0) {
    fail(`${name} has neither lines nor zones: lines: {door: [[0, 100], [200, 100]]}.`);
  }
  return { lines, zones, point, margin };
}

/** Where a key was written, with the name of the values. */
type Where = (key: string, section?: string) => string;

function shapes(
  table: Readonly<Record<string, unknown>>,
  section: "lines" | "zones",
  where: Where,
): [name: string, points: Point[]][] {
  const value = table[section];
  if (value === undefined || value === null) return [];
  const what = `${where(section)}: ${section}`;
  if (typeof value !== "object" || Array.isArray(value)) fail(`${what} must be a table of names and points.`);
  const entries = Object.entries(value);
  if (entries.length > maxEntries) fail(`${what} has ${entries.length} entries; ${maxEntries} can be counted at.`);
  return entries.map(([name, points]: [string, unknown]) => {
    if (Array.isArray(points) && points.length <= maxEntries && points.every(isPoint)) return [name, points];
    return fail(
      `${where(name, section)}: ${section}: ${name} must be a list of points in pixels, [[x, y], [x, y]], not ${JSON.stringify(points)?.slice(0, 80)}.`,
    );
  });
}

function isPoint(value: unknown): value is Point {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite);
}

function fail(message: string): never {
  throw new LookonceError("ARGUMENT", message);
}
