import type { MaskPatch } from "./masks.ts";

/** Ways along a pixel's upper, right, lower and left edge, with the pixel to the right. */
const ways = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/**
 * The edges of a mask as closed lines x, y, …, for drawing: around each connected part (4 neighbors) and each hole, where pixel
 * (x, y) reaches from x to x + 1. Lines run through the middles of the pixels' edges, so that steps become slopes; fill them by
 * the even–odd rule.
 */
export function maskOutlines(patch: MaskPatch): Float32Array[] {
  const { left, top, width, height, data } = patch;
  const isInside = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] === 1;
  // Every line runs along an upper edge; those that one has taken begin no other
  const taken = new Uint8Array(width * height);
  const outlines: Float32Array[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!isInside(x, y) || isInside(x, y - 1) || taken[y * width + x] === 1) continue;
      const line = outlineFrom(x, y, isInside, (px, py) => {
        taken[py * width + px] = 1;
      });
      outlines.push(Float32Array.from(line, (value, i) => value + (i % 2 === 0 ? left : top)));
    }
  }
  return outlines;
}

/** Follows a line from the upper edge of a pixel on until it is closed. */
function outlineFrom(
  startX: number,
  startY: number,
  isInside: (x: number, y: number) => boolean,
  onUpperEdge: (x: number, y: number) => void,
): number[] {
  const points: number[] = [];
  let [x, y, way] = [startX, startY, 0];
  do {
    if (way === 0) onUpperEdge(x, y);
    const [dx, dy] = ways[way] as (typeof ways)[number];
    addPoint(points, x + 0.5 + dy / 2, y + 0.5 - dx / 2);
    if (!isInside(x + dx, y + dy)) way = (way + 1) % 4;
    else if (!isInside(x + dx + dy, y + dy - dx)) [x, y] = [x + dx, y + dy];
    else [x, y, way] = [x + dx + dy, y + dy - dx, (way + 3) % 4];
  } while (x !== startX || y !== startY || way !== 0);
  return points;
}

/** Adds a point; one that it continues straight is replaced. */
function addPoint(points: number[], x: number, y: number): void {
  const [x0, y0, x1, y1] = points.slice(-4) as [number, number, number, number];
  const isStraight = points.length >= 4 && (x1 - x0) * (y - y1) === (y1 - y0) * (x - x1);
  if (isStraight) points.splice(-2);
  points.push(x, y);
}
