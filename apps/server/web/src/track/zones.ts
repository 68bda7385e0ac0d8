/** A point in pixels of the frame. */
export type Point = readonly [x: number, y: number];

/** A line or a zone that was drawn. */
export interface Drawn {
  kind: "line" | "zone";
  name: string;
  points: readonly Point[];
}

/** How many points a shape has at least and at most. */
export const pointsOf: Readonly<Record<Drawn["kind"], readonly [least: number, most: number]>> = {
  line: [2, 2],
  zone: [3, 100],
};

/** The first name of a kind that is free: `line 1`, `line 2` … */
export function freeName(kind: Drawn["kind"], drawn: readonly Drawn[]): string {
  for (let i = 1; ; i++) {
    const name = `${kind} ${i}`;
    if (drawn.every((other) => other.name !== name)) return name;
  }
}

/** Points as they are shown in a field: `320,20 320,340`. */
export function textOf(points: readonly Point[]): string {
  return points.map(([x, y]) => `${Math.round(x)},${Math.round(y)}`).join(" ");
}

/** The points that a field says; undefined when they are none, or too few or many for the kind. */
export function parsePoints(text: string, kind: Drawn["kind"]): Point[] | undefined {
  const words = text.trim().split(/[\s;]+/);
  const points = words.flatMap((word): Point[] => {
    const [, x, y] = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/.exec(word) ?? [];
    return x === undefined || y === undefined ? [] : [[Number(x), Number(y)]];
  });
  const [least, most] = pointsOf[kind];
  if (points.length !== words.length || points.length < least || points.length > most) return undefined;
  const [first, second] = points;
  const isPoint = kind === "line" && first?.[0] === second?.[0] && first?.[1] === second?.[1];
  return isPoint ? undefined : points;
}

/** The shapes as a session is opened with them; undefined without any. */
export function zonesOf(drawn: readonly Drawn[]): object | undefined {
  if (drawn.length === 0) return undefined;
  const table = (kind: Drawn["kind"]): object =>
    Object.fromEntries(drawn.filter((one) => one.kind === kind).map(({ name, points }) => [name, points]));
  return { lines: table("line"), zones: table("zone") };
}

/** A row of the table of counts. */
export interface CountRow {
  name: string;
  class: string;
  in?: number;
  out?: number;
  inside?: number;
}

/** What was counted, in the order in which shapes were drawn, each class in a row. */
export function countRows(
  drawn: readonly Drawn[],
  counts: {
    lines: Record<string, { in: Record<string, number>; out: Record<string, number> }>;
    zones: Record<string, Record<string, number>>;
  },
): CountRow[] {
  return drawn.flatMap(({ kind, name }): CountRow[] => {
    if (kind === "zone") {
      const inside = Object.entries(counts.zones[name] ?? {});
      return inside.length === 0
        ? [{ name, class: "", inside: 0 }]
        : inside.map(([label, count]) => ({ name, class: label, inside: count }));
    }
    const { in: ins = {}, out: outs = {} } = counts.lines[name] ?? {};
    const labels = [...new Set([...Object.keys(ins), ...Object.keys(outs)])];
    if (labels.length === 0) return [{ name, class: "", in: 0, out: 0 }];
    return labels.map((label) => ({ name, class: label, in: ins[label] ?? 0, out: outs[label] ?? 0 }));
  });
}
