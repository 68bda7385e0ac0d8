import type { ImageSize } from "../formats.ts";
import { type MaskPatch, maskBitmap } from "./masks.ts";

/** A mask in COCO's compressed form: runs down the columns, alternately without and with the object. */
export interface CocoRle {
  size: [height: number, width: number];
  counts: string;
}

/** A mask as runs row by row: how many pixels without the object, then with it, and so on; the first may be 0. */
export function maskRuns(size: ImageSize, patch: MaskPatch): number[] {
  return runsOf(maskBitmap(size, patch));
}

/** The bitmap, [height, width], of {@link maskRuns}. */
export function bitmapOfRuns({ width, height }: ImageSize, runs: readonly number[]): Uint8Array {
  const bitmap = new Uint8Array(width * height);
  let at = 0;
  runs.forEach((length, i) => {
    if (i % 2 === 1) bitmap.fill(1, at, at + length);
    at += length;
  });
  return bitmap;
}

/** A mask in COCO's compressed form, as `pycocotools` reads it. */
export function cocoRle(size: ImageSize, patch: MaskPatch): CocoRle {
  const { width, height } = size;
  const columns = new Uint8Array(width * height);
  for (let x = 0; x < patch.width; x++) {
    const start = (patch.left + x) * height + patch.top;
    for (let y = 0; y < patch.height; y++) columns[start + y] = patch.data[y * patch.width + x] as number;
  }
  return { size: [height, width], counts: compressed(runsOf(columns)) };
}

function runsOf(bitmap: Uint8Array): number[] {
  const runs: number[] = [];
  let value = 0;
  for (let at = 0; at < bitmap.length; value = 1 - value) {
    const next = bitmap.indexOf(1 - value, at);
    const end = next < 0 ? bitmap.length : next;
    runs.push(end - at);
    at = end;
  }
  return runs;
}

/**
 * Runs as COCO's text: from the fourth on their difference to the one two before, five bits a letter, lowest first, with a sixth
 * bit where more follow, from the letter "0" on.
 */
function compressed(runs: readonly number[]): string {
  let text = "";
  runs.forEach((run, i) => {
    let rest = i > 2 ? run - runs[i - 2]! : run;
    for (let more = true; more; ) {
      const bits = rest & 31;
      rest >>= 5;
      more = (bits & 16) === 0 ? rest !== 0 : rest !== -1;
      text += String.fromCharCode(48 + (more ? bits | 32 : bits));
    }
  });
  return text;
}
