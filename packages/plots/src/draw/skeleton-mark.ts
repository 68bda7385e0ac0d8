import { element } from "../chart/svg.ts";
import { type Color, classColor, hex } from "./palette.ts";
import type { KeypointMarks } from "./shapes.ts";

/** Points that are less certainly visible are not drawn (YOLOv8 8.3). */
const minVisibility = 0.25;

/** Which of a person's 17 points are joined (COCO's skeleton, counted from 0): legs, trunk, arms, head. */
const limbs: readonly (readonly [number, number])[][] = [
  [
    [15, 13],
    [13, 11],
    [16, 14],
    [14, 12],
  ],
  [
    [11, 12],
    [5, 11],
    [6, 12],
    [5, 6],
  ],
  [
    [5, 7],
    [6, 8],
    [7, 9],
    [8, 10],
  ],
  [
    [1, 2],
    [0, 1],
    [0, 2],
    [1, 3],
    [2, 4],
    [3, 5],
    [4, 6],
  ],
];

/** Classes whose colors {@link limbs} have, apart from each other and from skin. */
const limbClasses: readonly number[] = [3, 8, 1, 2];

interface Point {
  x: number;
  y: number;
}

/** The points of a detection, each in a color of its own; those of a person joined to a skeleton. */
export function skeletonMark({ data, shape }: KeypointMarks, index: number, line: number): string {
  const [count, values] = shape;
  const points = Array.from({ length: count }, (_, k): Point | undefined => {
    const at = (index * count + k) * values;
    const [x = 0, y = 0, visibility = 1] = data.subarray(at, at + values);
    // Without visibilities, a point at 0, 0 is one that is not there
    const isSeen = values < 3 ? x > 0 || y > 0 : visibility >= minVisibility;
    return isSeen ? { x, y } : undefined;
  });
  const parts = count === 17 ? limbs : [];
  const colors = points.map((_, k) => limbColor(k, parts) ?? classColor(k));
  const joined = parts.flatMap((part, i) =>
    part.map(([a, b]) => limb(points[a], points[b], { color: classColor(limbClasses[i] as number), line })),
  );
  const dots = points.map((point, k) => (point === undefined ? "" : dot(point, { color: colors[k] as Color, line })));
  return [...joined, ...dots].join("");
}

/** The color of the last part that a point is of: of the head's points, that of the head. */
function limbColor(point: number, parts: typeof limbs): Color | undefined {
  const part = parts.findIndex((lines) => lines.some((ends) => ends.includes(point)));
  return part < 0 ? undefined : classColor(limbClasses[part] as number);
}

function limb(from: Point | undefined, to: Point | undefined, { color, line }: { color: Color; line: number }): string {
  if (from === undefined || to === undefined) return "";
  const place = { x1: from.x, y1: from.y, x2: to.x, y2: to.y, "stroke-linecap": "round" };
  const edge = element("line", { ...place, stroke: "#000", "stroke-opacity": 0.35, "stroke-width": line + 1.5 });
  return edge + element("line", { ...place, stroke: hex(color), "stroke-width": line });
}

function dot({ x, y }: Point, { color, line }: { color: Color; line: number }): string {
  const radius = Math.max(1.5, line * 1.9);
  return element("circle", { cx: x, cy: y, r: radius, fill: hex(color), stroke: "#fff", "stroke-width": radius / 3.5 });
}
