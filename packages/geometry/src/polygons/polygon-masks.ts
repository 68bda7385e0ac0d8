import { LookonceError } from "@lookonce/errors";
import type { ImageSize } from "../formats.ts";
import { type Taps, tapsOf } from "../masks/resample.ts";
import { fillPolygon } from "./fill-polygon.ts";
import { pointBounds } from "./polygon-bounds.ts";

/** The image that polygons lie in, in pixels, and by how much masks are smaller than it. */
export interface MaskSize extends ImageSize {
  /** A whole number from 1: masks have `floor(side / ratio)` pixels (`mask_ratio`). */
  ratio: number;
}

/** The masks of an image's objects in one map. */
export interface OverlapMasks {
  /**
   * `[height, width]`: i + 1 where object `order[i]` is seen, 0 elsewhere. Smaller objects lie above larger ones. It has
   * 16 bits from 256 objects on.
   */
  map: Uint8Array | Uint16Array;
  /**
   * The objects by falling area of their masks; those whose mask is empty come first, which is an accident of unsigned
   * numbers in YOLOv8 that its checkpoints were trained with. Equal areas stay in order.
   */
  order: Int32Array;
}

/** A part of a mask: bytes of 0 and 1, row by row. */
interface Patch {
  left: number;
  top: number;
  width: number;
  height: number;
  data: Uint8Array;
  area: number;
}

/**
 * One mask an object, `[objects, height, width]` of 0 and 1 (YOLOv8 8.3, YOLOv5 7.0).
 *
 * Corners are cut to whole pixels, outlines belong to the mask, and what a polygon covers twice does not (even-odd). It is
 * drawn in the image's pixels, then shrunk: a pixel is set where the bilinear mean is at least a half, which for an even
 * ratio is that of the middle 2 × 2 pixels.
 *
 * @param polygons rows of x, y in pixels; they may reach outside the image
 * @throws LookonceError `ARGUMENT` when a mask would have no pixels, or sizes are not whole
 */
export function separateMasks(polygons: readonly ArrayLike<number>[], size: MaskSize): Uint8Array {
  const shrinker = new Shrinker(size);
  const { width, height } = shrinker;
  const masks = new Uint8Array(polygons.length * width * height);
  polygons.forEach((polygon, i) => {
    paint(masks.subarray(i * width * height, (i + 1) * width * height), width, shrinker.patch(polygon), 1);
  });
  return masks;
}

/**
 * The masks of {@link separateMasks} in one map, as models are trained by default (`overlap_mask`).
 *
 * @param polygons rows of x, y in pixels; they may reach outside the image
 * @throws LookonceError `ARGUMENT` as {@link separateMasks}
 */
export function overlapMasks(polygons: readonly ArrayLike<number>[], size: MaskSize): OverlapMasks {
  const shrinker = new Shrinker(size);
  const pixels = shrinker.width * shrinker.height;
  const patches = polygons.map((polygon) => shrinker.patch(polygon));
  const rank = ({ area }: Patch): number => (area === 0 ? Infinity : area);
  const order = patches.map((_, i) => i).sort((a, b) => compare(rank(patches[b] as Patch), rank(patches[a] as Patch)));
  const map = polygons.length > 255 ? new Uint16Array(pixels) : new Uint8Array(pixels);
  order.forEach((object, i) => {
    paint(map, shrinker.width, patches[object] as Patch, i + 1);
  });
  return { map, order: Int32Array.from(order) };
}

/** Differences of infinities would be no numbers. */
function compare(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function paint(map: Uint8Array | Uint16Array, mapWidth: number, patch: Patch, value: number): void {
  const { left, top, width, height, data } = patch;
  for (let y = 0; y < height; y++) {
    const row = (top + y) * mapWidth + left;
    for (let x = 0; x < width; x++) if (data[y * width + x] === 1) map[row + x] = value;
  }
}

/** Draws polygons and shrinks them, each in the part of the image that it covers. */
class Shrinker {
  readonly width: number;
  readonly height: number;
  readonly #size: ImageSize;
  /** Where polygons are drawn; all 0 between two. */
  readonly #canvas: Uint8Array;
  readonly #columns: Taps;
  readonly #rows: Taps;

  constructor({ width, height, ratio }: MaskSize) {
    const sides = [width, height, ratio, Math.floor(width / ratio), Math.floor(height / ratio)];
    if (!sides.every((side) => Number.isInteger(side) && side >= 1)) {
      throw new LookonceError(
        "ARGUMENT",
        `Masks of a ${width} × ${height} image cannot be ${ratio} times smaller: sizes and ratio must be whole numbers, and a mask needs a pixel.`,
      );
    }
    this.#size = { width, height };
    this.width = Math.floor(width / ratio);
    this.height = Math.floor(height / ratio);
    this.#canvas = new Uint8Array(width * height);
    this.#columns = taps(width, this.width);
    this.#rows = taps(height, this.height);
  }

  /** The smallest rectangle of the shrunk mask that can have pixels of the polygon. */
  patch(polygon: ArrayLike<number>): Patch {
    const { width, height } = this.#size;
    const [left, top, right, bottom] = pointBounds(polygon).map(Math.trunc) as [number, number, number, number];
    // Points without number or place are no polygon
    if (!(left < width && top < height && right >= 0 && bottom >= 0)) return nothing;
    fillPolygon(this.#canvas, this.#size, polygon);
    const [x1, x2] = touched(this.#columns, Math.max(left, 0), Math.min(right, width - 1));
    const [y1, y2] = touched(this.#rows, Math.max(top, 0), Math.min(bottom, height - 1));
    const patch = { left: x1, top: y1, width: x2 - x1, height: y2 - y1 };
    const data = new Uint8Array(patch.width * patch.height);
    let area = 0;
    for (let y = y1, t = 0; y < y2; y++) {
      for (let x = x1; x < x2; x++, t++) {
        if (this.#mean(x, y) < 0.5) continue;
        data[t] = 1;
        area++;
      }
    }
    this.#canvas.fill(0, Math.max(top, 0) * width, (Math.min(bottom, height - 1) + 1) * width);
    return { ...patch, data, area };
  }

  #mean(x: number, y: number): number {
    const canvas = this.#canvas;
    const { first, second, part } = this.#columns;
    const [left, right, s] = [first[x] as number, second[x] as number, part[x] as number];
    const above = (this.#rows.first[y] as number) * this.#size.width;
    const below = (this.#rows.second[y] as number) * this.#size.width;
    const upper = (canvas[above + left] as number) * (1 - s) + (canvas[above + right] as number) * s;
    const lower = (canvas[below + left] as number) * (1 - s) + (canvas[below + right] as number) * s;
    const t = this.#rows.part[y] as number;
    return upper * (1 - t) + lower * t;
  }
}

const nothing: Patch = { left: 0, top: 0, width: 0, height: 0, data: new Uint8Array(0), area: 0 };

function taps(from: number, to: number): Taps {
  return tapsOf({ from: 0, end: to }, { from: 0, end: from }, from / to);
}

/** The output positions, from and up to, that have a neighbor between two input positions. */
function touched({ first, second }: Taps, low: number, high: number): [from: number, to: number] {
  let from = 0;
  while (from < first.length && (second[from] as number) < low) from++;
  let to = first.length;
  while (to > from && (first[to - 1] as number) > high) to--;
  return [from, to];
}
