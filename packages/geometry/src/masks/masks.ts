import type { ImageSize } from "../formats.ts";
import { roundHalfEven } from "../rounding.ts";
import { letterboxingBetween } from "../scale.ts";
import { type Grid, type Range, resampledAbove, resampledBits, type Taps, tapsOf } from "./resample.ts";

/** A mask's pixels: those of a rectangle, outside which there are none. */
export interface MaskPatch {
  left: number;
  top: number;
  width: number;
  height: number;
  /** [height, width]: 1 where the object is, else 0. */
  data: Uint8Array;
}

/** Masks of the objects in an image. Patches, because whole bitmaps of 300 objects would be 120 MB at 640 × 640. */
export interface Masks {
  /** Size of the image that the patches are parts of: the network's input with its padding, or the image's own. */
  width: number;
  height: number;
  /** One for each object. */
  patches: readonly MaskPatch[];
}

/** Whether a mask has no pixel. */
export function isEmptyMask({ data }: MaskPatch): boolean {
  return !data.includes(1);
}

/** The masks of some objects, by their numbers. */
export function pickMasks(masks: Masks, rows: ArrayLike<number>): Masks {
  return { ...masks, patches: Array.from(rows, (row) => masks.patches[row]!) };
}

/** Every pixel of a mask, [height, width] of its image: 1 where the object is, else 0. */
export function maskBitmap({ width, height }: ImageSize, patch: MaskPatch): Uint8Array {
  const bitmap = new Uint8Array(width * height);
  for (let y = 0; y < patch.height; y++) {
    bitmap.set(patch.data.subarray(y * patch.width, (y + 1) * patch.width), (patch.top + y) * width + patch.left);
  }
  return bitmap;
}

/**
 * Masks of a letterboxed image in the pixels of the image itself: padding removed, resized bilinearly as 8-bit images by OpenCV
 * (YOLOv8 8.3, YOLOv5 7.0).
 *
 * @param border how its edges are rounded: to the nearest pixel as in YOLOv8 (default), or down as in YOLOv5
 */
export function scaleMasks(masks: Masks, size: ImageSize, border: "rounded" | "truncated" = "rounded"): Masks {
  const { padding } = letterboxingBetween(masks, size);
  const [columns, rows] = [masks.width, masks.height].map((length, axis): Range => {
    const edge = padding[axis === 0 ? 0 : 1];
    if (border === "truncated") return { from: Math.trunc(edge), end: Math.trunc(length - edge) };
    return { from: roundHalfEven(edge - 0.1) + 0, end: roundHalfEven(length - edge + 0.1) };
  }) as [Range, Range];
  return resized(masks, size, { columns, rows }, resampledBits);
}

/** Masks resized bilinearly, a pixel kept where more than half of it is covered: how labels are compared (YOLOv8 8.3). */
export function resizeMasks(masks: Masks, size: ImageSize): Masks {
  const [columns, rows] = [masks.width, masks.height].map((end) => ({ from: 0, end })) as [Range, Range];
  return resized(masks, size, { columns, rows }, (grid, xs, ys) => resampledAbove(grid, xs, ys, 0.5));
}

/** @param ranges the part of the masks' image that becomes all of the other */
function resized(
  masks: Masks,
  { width, height }: ImageSize,
  { columns, rows }: { columns: Range; rows: Range },
  resample: (grid: Grid, xs: Taps, ys: Taps) => Uint8Array,
): Masks {
  if (masks.width === width && masks.height === height) return masks;
  const patches = masks.patches.map((patch): MaskPatch => {
    const xs = coveredTaps(columns, width, { from: patch.left, end: patch.left + patch.width });
    const ys = coveredTaps(rows, height, { from: patch.top, end: patch.top + patch.height });
    const data = resample(gridOf(withBorder(patch)), xs, ys);
    return { left: xs.start, top: ys.start, width: xs.count, height: ys.count, data };
  });
  return { width, height, patches };
}

/** The masks of the objects in a map of their numbers, from 1 on; 0 is the background. @param count number of objects */
export function masksOfMap(map: ArrayLike<number>, { width, height }: ImageSize, count: number): Masks {
  const bounds = Array.from({ length: count }, () => ({ left: width, top: height, right: 0, bottom: 0 }));
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const box = bounds[(map[at] as number) - 1];
      if (box === undefined) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      box.top = Math.min(box.top, y);
      box.bottom = y + 1;
    }
  }
  const patches = bounds.map((box, i): MaskPatch => {
    const [left, top] = [Math.min(box.left, box.right), Math.min(box.top, box.bottom)];
    const size = { width: box.right - left, height: box.bottom - top };
    const data = new Uint8Array(size.width * size.height);
    for (let at = 0; at < data.length; at++) {
      const pixel = (top + Math.floor(at / size.width)) * width + left + (at % size.width);
      if (map[pixel] === i + 1) data[at] = 1;
    }
    return { left, top, ...size, data };
  });
  return { width, height, patches };
}

/** The masks of bitmaps, [count, height, width] of 0 and 1. */
export function masksOfBitmaps(bitmaps: Uint8Array | Uint16Array, size: ImageSize): Masks {
  const area = size.width * size.height;
  const patches = Array.from({ length: bitmaps.length / area }, (_, i) => {
    return masksOfMap(bitmaps.subarray(i * area, (i + 1) * area), size, 1).patches[0]!;
  });
  return { ...size, patches };
}

/** IoU of each mask with each other one of an image of the same size, [masks, others]: intersection / (union + 1e-7). */
export function maskIouMatrix(masks: Masks, others: Masks): Float32Array {
  const areaOf = ({ data }: MaskPatch): number => data.reduce((sum, value) => sum + value, 0);
  const areas = others.patches.map(areaOf);
  return Float32Array.from(
    masks.patches.flatMap((mask) => {
      const area = areaOf(mask);
      return others.patches.map((other, i) => {
        const common = intersection(mask, other);
        return common / (area + (areas[i] as number) - common + 1e-7);
      });
    }),
  );
}

function intersection(a: MaskPatch, b: MaskPatch): number {
  const left = Math.max(a.left, b.left);
  const right = Math.min(a.left + a.width, b.left + b.width);
  const top = Math.max(a.top, b.top);
  const bottom = Math.min(a.top + a.height, b.top + b.height);
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    const [atA, atB] = [(y - a.top) * a.width - a.left, (y - b.top) * b.width - b.left];
    for (let x = left; x < right; x++) sum += (a.data[atA + x] as number) & (b.data[atB + x] as number);
  }
  return sum;
}

/** Taps for those pixels of an axis, `length` long, that can see some of what `range` covers. */
function coveredTaps(source: Range, length: number, covered: Range): Taps {
  const scale = (source.end - source.from) / length;
  const from = Math.max(0, Math.floor((covered.from - source.from - 0.5) / scale - 0.5));
  const end = Math.min(length, Math.ceil((covered.end - source.from + 0.5) / scale + 0.5));
  return tapsOf({ from: Math.min(from, length), end: Math.max(from, end) }, source, scale, {
    from: covered.from - 1,
    end: covered.end + 1,
  });
}

/** A patch one pixel larger on each side, where it has none. */
export function withBorder({ left, top, width, height, data }: MaskPatch): MaskPatch {
  const size = { width: width + 2, height: height + 2 };
  return { left: left - 1, top: top - 1, ...size, data: maskBitmap(size, { left: 1, top: 1, width, height, data }) };
}

function gridOf({ data, ...place }: MaskPatch): Grid {
  return { ...place, values: new Float32Array(data) };
}
