import { bitmapOfRuns, type MaskPatch, maskPolygon } from "@lookonce/geometry";
import type { Size } from "@lookonce/image";
import { outlineOf } from "./mask-outline.ts";

/**
 * The outline x, y, … in pixels of a mask in COCO's run lengths, a list of them or compressed as text; `undefined` when it is none
 * of an image of this size, or empty. Parts are joined to one outline, holes are lost.
 */
export function rleOutline(segmentation: unknown, { width, height }: Size): number[] | undefined {
  if (typeof segmentation !== "object" || segmentation === null) return undefined;
  const { counts, size } = segmentation as { counts?: unknown; size?: unknown };
  if (!Array.isArray(size) || size[0] !== height || size[1] !== width) return undefined;
  const runs = typeof counts === "string" ? decompress(counts) : counts;
  if (!Array.isArray(runs) || !runs.every((run) => Number.isInteger(run) && run >= 0)) return undefined;
  if (runs.reduce((sum, run) => sum + run, 0) !== width * height) return undefined;
  // Runs go down the columns
  const columns = bitmapOfRuns({ width: height, height: width }, runs);
  const data = new Uint8Array(width * height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) data[y * width + x] = columns[x * height + y] ?? 0;
  }
  const patch: MaskPatch = { left: 0, top: 0, width, height, data };
  const polygon = maskPolygon(patch);
  return polygon.length === 0 ? undefined : outlineOf(polygon);
}

/**
 * The runs of COCO's text: five bits a letter from "0" on, lowest first, with a sixth where more follow and the fifth of the last as
 * sign; from the fourth run on differences to the one two before.
 */
function decompress(text: string): number[] {
  const runs: number[] = [];
  for (let at = 0; at < text.length; ) {
    let [value, shift, letter] = [0, 0, 32];
    while ((letter & 32) !== 0 && at < text.length && shift < 32) {
      letter = text.charCodeAt(at++) - 48;
      value += (letter & 31) * 2 ** shift;
      shift += 5;
    }
    if ((letter & 16) !== 0) value -= 2 ** shift;
    runs.push(runs.length > 2 ? value + (runs.at(-2) ?? 0) : value);
  }
  return runs;
}
