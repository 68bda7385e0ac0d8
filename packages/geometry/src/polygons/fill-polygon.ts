import type { ImageSize } from "../formats.ts";
import { pointBounds } from "./polygon-bounds.ts";

/** Positions along a row are in 1/65536 pixel, as in OpenCV. */
const ONE = 65536;

/** Points further out than this many pixels are moved to it, so that products of coordinates stay whole numbers. */
const FAR = 2 ** 24;

/** From one corner to the next, in whole pixels. */
type Edge = readonly [x1: number, y1: number, x2: number, y2: number];

/**
 * Marks the pixels inside a closed outline with 1, those on it included, in a mask of one byte a pixel.
 *
 * Points are cut to whole pixels. Which pixels are on the outline and inside follows OpenCV's filled `drawContours`
 * (4.x): edges are 8-connected lines, the inside is what an even-odd rule finds between edges on each row. Time goes with
 * the pixels inside the image, however far the outline reaches beyond it.
 *
 * @param polygon rows of x, y in pixels
 */
export function fillPolygon(mask: Uint8Array, size: ImageSize, polygon: ArrayLike<number>): void {
  const points = new Int32Array(polygon.length);
  for (let i = 0; i < points.length; i++) points[i] = Math.min(Math.max(polygon[i] as number, -FAR), FAR);
  const [, top, , bottom] = pointBounds(points);
  const firstRow = Math.max(top, 0);
  const rows = Math.max(Math.min(bottom, size.height) - firstRow, 0);
  const crossings = Array.from({ length: rows }, (): number[] => []);
  const [right, below] = [size.width - 1, size.height - 1];
  for (let i = 0; i < points.length; i += 2) {
    const j = (i + 2) % points.length;
    const edge = [points[i], points[i + 1], points[j], points[j + 1]] as [number, number, number, number];
    // Of many points along an outline most are on one pixel with the next, which draws it
    if (edge[0] === edge[2] && edge[1] === edge[3] && i > 0) continue;
    const clipped = clipEdge(edge, right, below);
    if (clipped !== undefined) drawLine(mask, size.width, clipped);
    addCrossings(crossings, firstRow, { edge, clipped });
  }
  crossings.forEach((xs, row) => {
    xs.sort((a, b) => a - b);
    const start = (firstRow + row) * size.width;
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const from = Math.max(Math.ceil((xs[i] as number) / ONE), 0);
      const to = Math.min(Math.floor((xs[i + 1] as number) / ONE), size.width - 1);
      if (to >= from) mask.fill(1, start + from, start + to + 1);
    }
  });
}

/** An edge and the part of it that lies in the image, where there is any. */
interface ClippedEdge {
  edge: Edge;
  clipped: Edge | undefined;
}

/** Where an edge crosses the rows it spans, the lower one left out. Its slope is that of the part in the image. */
function addCrossings(crossings: number[][], firstRow: number, { edge, clipped }: ClippedEdge): void {
  const [, y1, , y2] = edge;
  const [fromX, fromY, toX, toY] = clipped === undefined || clipped[1] === clipped[3] ? edge : clipped;
  if (y1 === y2) return;
  const slope = Math.trunc(((toX - fromX) * ONE) / (toY - fromY));
  for (let y = Math.max(Math.min(y1, y2), firstRow); y < Math.min(Math.max(y1, y2), firstRow + crossings.length); y++) {
    (crossings[y - firstRow] as number[]).push(fromX * ONE + slope * (y - fromY));
  }
}

/** An 8-connected line from its left to its right end (Bresenham 1965). */
function drawLine(mask: Uint8Array, width: number, edge: Edge): void {
  const [x1, y1, x2, y2] = edge[0] <= edge[2] ? edge : [edge[2], edge[3], edge[0], edge[1]];
  const dx = x2 - x1;
  const dy = Math.abs(y2 - y1);
  const down = y2 < y1 ? -1 : 1;
  const steep = dy > dx;
  const [long, short] = steep ? [dy, dx] : [dx, dy];
  let [x, y] = [x1, y1];
  let error = long - 2 * short;
  for (let i = 0; i <= long; i++) {
    mask[y * width + x] = 1;
    const aside = error < 0;
    error += (aside ? 2 * long : 0) - 2 * short;
    if (steep || aside) y += down;
    if (!steep || aside) x += 1;
  }
}

/** The part of an edge inside the image, ends cut to whole pixels (Cohen and Sutherland, as OpenCV's `clipLine`). */
function clipEdge(edge: Edge, right: number, bottom: number): Edge | undefined {
  const [x1, y1, x2, y2] = edge;
  if (isInside(x1, right) && isInside(x2, right) && isInside(y1, bottom) && isInside(y2, bottom)) return edge;
  const beyond = (value: number, limit: number): number => Math.min(Math.max(value, 0), limit);
  if (Math.max(x1, x2) < 0 || Math.min(x1, x2) > right || Math.max(y1, y2) < 0 || Math.min(y1, y2) > bottom) {
    return undefined;
  }
  let [left, top, end, low] = [x1, y1, x2, y2];
  // Products come first: quotients are not always exact
  const along = (step: number, rise: number, run: number): number => Math.trunc((step * rise) / run);
  if (beyond(top, bottom) !== top) {
    left += along(beyond(top, bottom) - top, end - left, low - top);
    top = beyond(top, bottom);
  }
  if (beyond(low, bottom) !== low) {
    end += along(beyond(low, bottom) - low, end - left, low - top);
    low = beyond(low, bottom);
  }
  if (Math.max(left, end) < 0 || Math.min(left, end) > right) return undefined;
  if (beyond(left, right) !== left) {
    top += along(beyond(left, right) - left, low - top, end - left);
    left = beyond(left, right);
  }
  if (beyond(end, right) !== end) {
    low += along(beyond(end, right) - end, low - top, end - left);
    end = beyond(end, right);
  }
  return [left, top, end, low];
}

function isInside(value: number, limit: number): boolean {
  return value >= 0 && value <= limit;
}
