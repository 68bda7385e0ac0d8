import type { Level } from "./pyramid.ts";

/** What counts as a corner. */
interface CornerOptions {
  /** Most corners. */
  count: number;
  /** Least strength, as a share of the strongest one's. */
  quality: number;
  /** Least distance between two, in pixels. */
  distance: number;
}

/** Pixels at the edges in which no corners are looked for. */
const border = 4;

/**
 * Finds corners: pixels whose gradients in the 3 × 3 around them differ in direction, the strongest first, by the smaller
 * eigenvalue of the structure tensor (Shi and Tomasi, 1994).
 *
 * @returns [corners, 2]: x and y
 */
export function findCorners(image: Level, { count, quality, distance }: CornerOptions): Float32Array {
  const { width, height } = image;
  const strengths = cornerStrengths(image);
  let strongest = 0;
  for (const strength of strengths) if (strength > strongest) strongest = strength;
  if (strongest === 0) return new Float32Array(0);
  const least = quality * strongest;
  const peaks: number[] = [];
  for (let y = border; y < height - border; y++) {
    for (let x = border; x < width - border; x++) {
      const at = y * width + x;
      const strength = strengths[at] as number;
      if (strength >= least && isPeak(strengths, at, width)) peaks.push(at);
    }
  }
  peaks.sort((a, b) => (strengths[b] as number) - (strengths[a] as number) || a - b);
  return spread(peaks, { count, distance, width, height });
}

/** The first pixels that keep their distance. */
function spread(
  pixels: readonly number[],
  { count, distance, width, height }: { count: number; distance: number; width: number; height: number },
): Float32Array {
  const columns = Math.ceil(width / distance);
  const rows = Math.ceil(height / distance);
  // A cell has few corners: those within the distance lie in it or its neighbors
  const cells: number[][] = Array.from({ length: columns * rows }, () => []);
  const chosen: number[] = [];
  for (const pixel of pixels) {
    if (chosen.length === 2 * count) break;
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    const [column, row] = [Math.floor(x / distance), Math.floor(y / distance)];
    let isFree = true;
    for (let r = Math.max(0, row - 1); r <= Math.min(rows - 1, row + 1) && isFree; r++) {
      for (let c = Math.max(0, column - 1); c <= Math.min(columns - 1, column + 1) && isFree; c++) {
        isFree = (cells[r * columns + c] as number[]).every((other) => {
          return (x - (other % width)) ** 2 + (y - Math.floor(other / width)) ** 2 >= distance ** 2;
        });
      }
    }
    if (!isFree) continue;
    (cells[row * columns + column] as number[]).push(pixel);
    chosen.push(x, y);
  }
  return Float32Array.from(chosen);
}

function isPeak(strengths: Float32Array, at: number, width: number): boolean {
  const strength = strengths[at] as number;
  for (let dy = -width; dy <= width; dy += width) {
    for (let dx = -1; dx <= 1; dx++) if ((strengths[at + dy + dx] as number) > strength) return false;
  }
  return true;
}

/** [height, width]: the smaller eigenvalue of the sum of the gradients' outer products in the 3 × 3 around each pixel. */
function cornerStrengths({ data, width, height }: Level): Float32Array {
  const [xx, xy, yy] = [new Float32Array(data.length), new Float32Array(data.length), new Float32Array(data.length)];
  for (let y = 1; y < height - 1; y++) {
    for (let at = y * width + 1; at < (y + 1) * width - 1; at++) {
      const [a, b, c] = [data[at - width - 1] as number, data[at - width] as number, data[at - width + 1] as number];
      const [d, e] = [data[at - 1] as number, data[at + 1] as number];
      const [f, g, h] = [data[at + width - 1] as number, data[at + width] as number, data[at + width + 1] as number];
      // Sobel
      const gx = c + 2 * e + h - a - 2 * d - f;
      const gy = f + 2 * g + h - a - 2 * b - c;
      xx[at] = gx * gx;
      xy[at] = gx * gy;
      yy[at] = gy * gy;
    }
  }
  for (const sums of [xx, xy, yy]) sumOfNeighbors(sums, width, height);
  const strengths = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const [a, b, c] = [xx[at] as number, xy[at] as number, yy[at] as number];
    strengths[at] = (a + c) / 2 - Math.sqrt(((a - c) / 2) ** 2 + b * b);
  }
  return strengths;
}

/** Replaces each value by the sum of the 3 × 3 around it. */
function sumOfNeighbors(values: Float32Array, width: number, height: number): void {
  const across = new Float32Array(values.length);
  for (let at = 1; at < values.length - 1; at++) {
    across[at] = (values[at - 1] as number) + (values[at] as number) + (values[at + 1] as number);
  }
  values.fill(0);
  for (let at = width; at < width * (height - 1); at++) {
    values[at] = (across[at - width] as number) + (across[at] as number) + (across[at + width] as number);
  }
}
