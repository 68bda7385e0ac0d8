import type { Size } from "@lookonce/image";

/** Positions along a row are in 1/65536 pixel, as in OpenCV. */
const ONE = 65536;

/**
 * Marks the pixels inside a closed outline with 1, those on it included, in a mask of one byte a pixel.
 *
 * Points are cut to whole pixels. Which pixels are on the outline and inside follows OpenCV's filled `drawContours`
 * (4.x): edges are 8-connected lines, the inside is what an even-odd rule finds between edges on each row.
 *
 * @param polygon rows of x, y in pixels
 */
export function fillPolygon(mask: Uint8Array, size: Size, polygon: ArrayLike<number>): void {
  const points = Int32Array.from(polygon, Math.trunc);
  const crossings = Array.from({ length: size.height }, (): number[] => []);
  for (let i = 0; i < points.length; i += 2) {
    const j = (i + 2) % points.length;
    const edge = [points[i], points[i + 1], points[j], points[j + 1]] as [number, number, number, number];
    drawLine(mask, size, edge);
    addCrossings(crossings, size, edge);
  }
  crossings.forEach((xs, y) => {
    xs.sort((a, b) => a - b);
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const from = Math.max(Math.ceil((xs[i] as number) / ONE), 0);
      const to = Math.min(Math.floor((xs[i + 1] as number) / ONE), size.width - 1);
      if (to >= from) mask.fill(1, y * size.width + from, y * size.width + to + 1);
    }
  });
}

/** Where an edge crosses the rows it spans, the lower one left out. */
function addCrossings(crossings: number[][], size: Size, [x1, y1, x2, y2]: [number, number, number, number]): void {
  if (y1 === y2) return;
  const [topX, top, bottom] = y1 < y2 ? [x1, y1, y2] : [x2, y2, y1];
  const slope = Math.trunc(((x2 - x1) * ONE) / (y2 - y1));
  for (let y = Math.max(top, 0); y < Math.min(bottom, size.height); y++) {
    (crossings[y] as number[]).push(topX * ONE + slope * (y - top));
  }
}

/** An 8-connected line from the left to the right end (Bresenham 1965). */
function drawLine(mask: Uint8Array, { width, height }: Size, edge: [number, number, number, number]): void {
  const [x1, y1, x2, y2] = edge[0] <= edge[2] ? edge : [edge[2], edge[3], edge[0], edge[1]];
  const dx = x2 - x1;
  const dy = Math.abs(y2 - y1);
  const down = y2 < y1 ? -1 : 1;
  const steep = dy > dx;
  const [long, short] = steep ? [dy, dx] : [dx, dy];
  let [x, y] = [x1, y1];
  let error = long - 2 * short;
  for (let i = 0; i <= long; i++) {
    if (x >= 0 && y >= 0 && x < width && y < height) mask[y * width + x] = 1;
    const aside = error < 0;
    error += (aside ? 2 * long : 0) - 2 * short;
    if (steep || aside) y += down;
    if (!steep || aside) x += 1;
  }
}
