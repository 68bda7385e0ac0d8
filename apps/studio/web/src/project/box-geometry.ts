import type { Box } from "./project.ts";

/** Corners of a box, as fractions of the image's sides. */
export type Corners = Pick<Box, "x1" | "y1" | "x2" | "y2">;

/** A handle of a box: which of its sides move with it. */
export type Handle = "n" | "s" | "w" | "e" | "nw" | "ne" | "sw" | "se";

export const handles: readonly Handle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

/** The box between two points, within the image. */
export function boxBetween(from: readonly [number, number], to: readonly [number, number]): Corners {
  const [xs, ys] = [0, 1].map((axis) => [from[axis] ?? 0, to[axis] ?? 0].map(within).sort((a, b) => a - b));
  const [[x1 = 0, x2 = 0] = [], [y1 = 0, y2 = 0] = []] = [xs, ys];
  return { x1, y1, x2, y2 };
}

/** Moves a box, which stops at the image's border with its size as it was. */
export function moveBox({ x1, y1, x2, y2 }: Corners, dx: number, dy: number): Corners {
  const x = Math.min(Math.max(dx, -x1), 1 - x2);
  const y = Math.min(Math.max(dy, -y1), 1 - y2);
  return { x1: x1 + x, y1: y1 + y, x2: x2 + x, y2: y2 + y };
}

/** Moves sides of a box. A side that passes the opposite one becomes that one. */
export function resizeBox(box: Corners, handle: Handle, dx: number, dy: number): Corners {
  const { x1, y1, x2, y2 } = box;
  return boxBetween(
    [handle.includes("w") ? x1 + dx : x1, handle.includes("n") ? y1 + dy : y1],
    [handle.includes("e") ? x2 + dx : x2, handle.includes("s") ? y2 + dy : y2],
  );
}

/** Intersection over union. */
export function overlap(a: Corners, b: Corners): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (areaOf(a) + areaOf(b) - shared);
}

export function areaOf({ x1, y1, x2, y2 }: Corners): number {
  return (x2 - x1) * (y2 - y1);
}

/** Boxes in the order in which one goes from one to the next: by lines from the top, each from the left. */
export function readingOrder<T extends Corners>(boxes: readonly T[]): T[] {
  const line = ({ y1, y2 }: Corners): number => Math.floor(((y1 + y2) / 2) * 8);
  return [...boxes].sort((a, b) => line(a) - line(b) || a.x1 - b.x1 || a.y1 - b.y1);
}

/** The box of the topmost, smallest box under a point. */
export function boxAt<T extends Corners>(boxes: readonly T[], x: number, y: number): T | undefined {
  return boxes
    .filter(({ x1, y1, x2, y2 }) => x >= x1 && x <= x2 && y >= y1 && y <= y2)
    .sort((a, b) => areaOf(a) - areaOf(b))[0];
}

function within(value: number): number {
  return Math.min(1, Math.max(0, value));
}
