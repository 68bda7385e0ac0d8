import { roundHalfEven } from "@lookonce/geometry";
import type { Image } from "@lookonce/image";
import { sometimesImage, type Transform } from "../compose.ts";
import { mirror } from "../pixels/mirror.ts";
import { fromLab, toLab } from "./lab.ts";
import { luma, type Plane, withLuma } from "./luma.ts";

/** How much contrast is limited, and in which tiles. */
export interface ClaheOptions {
  /** How many times its even share a level may have in a tile before it is cut; 0 does not cut. Default 4. */
  clipLimit?: number;
  /** Tiles across and down. Default `[8, 8]`. */
  tiles?: readonly [across: number, down: number];
}

/** Options of {@link applyClahe}. */
export interface ApplyClaheOptions extends ClaheOptions {
  /** What is equalized: `lab`, the lightness of Lab (Albumentations), or `yuv`, luma (YOLOv5). Default `lab`. */
  space?: "lab" | "yuv";
}

/** Options of {@link randomClahe}. */
export interface RandomClaheOptions extends Omit<ApplyClaheOptions, "clipLimit"> {
  probability: number;
  /** The clip limit is drawn uniformly between these. Default 1 to 4. */
  clipLimit?: readonly [low: number, high: number];
}

/** Contrast-limited adaptive histogram equalization of an image's lightness; its colors stay. */
export function applyClahe(image: Image, { space = "lab", ...options }: ApplyClaheOptions = {}): Image {
  if (space === "yuv") return withLuma(image, equalizeAdaptively(luma(image), options));
  const lab = toLab(image);
  return fromLab({ ...lab, lightness: equalizeAdaptively(lab.lightness, options) });
}

/** CLAHE with a probability, by default as Albumentations'. Boxes and polygons stay. */
export function randomClahe({ probability, clipLimit = [1, 4], ...options }: RandomClaheOptions): Transform {
  return sometimesImage(probability, (image, rng) =>
    applyClahe(image, { ...options, clipLimit: rng.uniform(...clipLimit) }),
  );
}

interface Tiling {
  across: number;
  down: number;
  tileWidth: number;
  tileHeight: number;
}

/**
 * Contrast-limited adaptive histogram equalization of one plane: every tile has its own table, and a pixel gets the
 * bilinear mean of the four nearest tiles' (Zuiderveld, Graphics Gems IV, 1994; levels as OpenCV's `CLAHE`).
 */
function equalizeAdaptively(plane: Plane, { clipLimit = 4, tiles = [8, 8] }: ClaheOptions): Plane {
  const [across, down] = tiles;
  const uneven = plane.width % across !== 0 || plane.height % down !== 0;
  // OpenCV mirrors an uneven plane's edges outwards: by a whole tile's share in the direction that would fit already
  const paddedWidth = uneven ? plane.width + across - (plane.width % across) : plane.width;
  const paddedHeight = uneven ? plane.height + down - (plane.height % down) : plane.height;
  const tiling = { across, down, tileWidth: paddedWidth / across, tileHeight: paddedHeight / down };
  return interpolate(plane, tiling, tileTables(plane, tiling, clipLimit));
}

/** 256 levels for each tile, row by row. */
function tileTables(plane: Plane, tiling: Tiling, clipLimit: number): Uint8Array {
  const { across, down, tileWidth, tileHeight } = tiling;
  const area = tileWidth * tileHeight;
  const limit = clipLimit > 0 ? Math.max(1, Math.floor((clipLimit * area) / 256)) : area;
  const scale = Math.fround(255 / area);
  const tables = new Uint8Array(across * down * 256);
  const histogram = new Int32Array(256);
  for (let tile = 0; tile < across * down; tile++) {
    histogram.fill(0);
    const left = (tile % across) * tileWidth;
    const top = Math.floor(tile / across) * tileHeight;
    for (let y = top; y < top + tileHeight; y++) {
      const row = mirror(y, plane.height) * plane.width;
      for (let x = left; x < left + tileWidth; x++) {
        const level = plane.data[row + mirror(x, plane.width)] as number;
        histogram[level] = (histogram[level] as number) + 1;
      }
    }
    clip(histogram, limit);
    let sum = 0;
    for (let level = 0; level < 256; level++) {
      sum += histogram[level] as number;
      tables[tile * 256 + level] = Math.min(255, roundHalfEven(Math.fround(sum * scale)));
    }
  }
  return tables;
}

/** Cuts what lies above the limit and shares it out over all levels; the remainder goes to levels evenly spaced. */
function clip(histogram: Int32Array, limit: number): void {
  let cut = 0;
  for (let level = 0; level < 256; level++) {
    const count = histogram[level] as number;
    if (count > limit) {
      cut += count - limit;
      histogram[level] = limit;
    }
  }
  const share = Math.floor(cut / 256);
  let rest = cut - share * 256;
  for (let level = 0; level < 256; level++) histogram[level] = (histogram[level] as number) + share;
  const step = rest === 0 ? 256 : Math.max(1, Math.floor(256 / rest));
  for (let level = 0; level < 256 && rest > 0; level += step, rest--) {
    histogram[level] = (histogram[level] as number) + 1;
  }
}

/** For one axis: the tables' indices before and after every place, and the weight of the one after. */
function neighbors(length: number, size: number, count: number) {
  const before = new Int32Array(length);
  const after = new Int32Array(length);
  const weight = new Float32Array(length);
  const share = Math.fround(1 / size);
  for (let i = 0; i < length; i++) {
    const place = Math.fround(Math.fround(i * share) - 0.5);
    const tile = Math.floor(place);
    weight[i] = place - tile;
    before[i] = Math.max(tile, 0);
    after[i] = Math.min(tile + 1, count - 1);
  }
  return { before, after, weight };
}

function interpolate(plane: Plane, tiling: Tiling, tables: Uint8Array): Plane {
  const { width, height, data } = plane;
  const columns = neighbors(width, tiling.tileWidth, tiling.across);
  const rows = neighbors(height, tiling.tileHeight, tiling.down);
  const target = new Uint8ClampedArray(data.length);
  for (let y = 0; y < height; y++) {
    const above = (rows.before[y] as number) * tiling.across;
    const below = (rows.after[y] as number) * tiling.across;
    const down = rows.weight[y] as number;
    const up = Math.fround(1 - down);
    for (let x = 0, p = y * width; x < width; x++, p++) {
      const level = data[p] as number;
      const left = ((columns.before[x] as number) << 8) | level;
      const right = ((columns.after[x] as number) << 8) | level;
      const weight = columns.weight[x] as number;
      const rest = Math.fround(1 - weight);
      const upper = Math.fround(
        Math.fround((tables[(above << 8) + left] as number) * rest) +
          Math.fround((tables[(above << 8) + right] as number) * weight),
      );
      const lower = Math.fround(
        Math.fround((tables[(below << 8) + left] as number) * rest) +
          Math.fround((tables[(below << 8) + right] as number) * weight),
      );
      // A clamped array rounds to the nearest, halves to even
      target[p] = Math.fround(Math.fround(upper * up) + Math.fround(lower * down));
    }
  }
  return { data: new Uint8Array(target.buffer), width, height };
}
