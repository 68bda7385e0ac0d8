import type { FoundBox } from "../api/types.ts";
import { classColor } from "./class-color.ts";

type Keypoints = NonNullable<FoundBox["keypoints"]>;

/** Points that are less certainly visible are not drawn, as in the images that lookonce draws (packages/plots). */
const minVisibility = 0.25;

/** Which of a person's 17 points are joined (COCO's skeleton, counted from 0), and the color of that part. */
const limbs: readonly (readonly [a: number, b: number, color: number])[] = [
  ...[15, 13, 13, 11, 16, 14, 14, 12].flatMap(pairsIn(3)),
  ...[11, 12, 5, 11, 6, 12, 5, 6].flatMap(pairsIn(8)),
  ...[5, 7, 6, 8, 7, 9, 8, 10].flatMap(pairsIn(1)),
  ...[1, 2, 0, 1, 0, 2, 1, 3, 2, 4, 3, 5, 4, 6].flatMap(pairsIn(2)),
];

function pairsIn(color: number) {
  return (point: number, i: number, all: readonly number[]): [number, number, number][] =>
    i % 2 === 0 ? [[point, all[i + 1] ?? point, color]] : [];
}

/** Whether a point is certain enough to be drawn. */
export function isSeen({ x, y, visible }: Keypoints, index: number): boolean {
  if (visible !== undefined) return (visible[index] ?? 0) >= minVisibility;
  // Without visibilities, a point at 0, 0 is one that is not there
  return (x[index] ?? 0) > 0 || (y[index] ?? 0) > 0;
}

/** The color of a point: a person's are white on the colored lines. */
export function pointColor(count: number, index: number): string {
  return count === 17 ? "#fff" : classColor(index);
}

/** The lines between a person's points that are seen; none between those of anything else. */
export function limbsOf(keypoints: Keypoints): { ends: readonly [number, number]; color: string }[] {
  if (keypoints.x.length !== 17) return [];
  return limbs.flatMap(([a, b, color]) =>
    isSeen(keypoints, a) && isSeen(keypoints, b) ? [{ ends: [a, b], color: classColor(color) }] : [],
  );
}

/** The outline of a mask, or the corners of a turned box; nothing for others. */
export function outlineOf({ segments, obb }: FoundBox): (readonly [x: number, y: number])[] {
  if (obb !== undefined) return obb.corners;
  return segments?.x.map((x, i) => [x, segments.y[i] ?? 0] as const) ?? [];
}
