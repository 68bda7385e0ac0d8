import { basename, dirname, extname, join } from "node:path";
import type { BatchSample } from "@lookonce/data";
import { writeWholeSync } from "@lookonce/files";
import type { Detections } from "@lookonce/geometry";
import { xyxyToNormalizedXywh } from "@lookonce/geometry";
import type { ValidationCallbacks } from "./validation-callbacks.ts";

/** Options of {@link labelFiles}. */
export interface LabelFilesOptions {
  /** Whether lines end with the confidence. Default `false`. */
  conf?: boolean;
}

/**
 * Writes what a validation finds as label files in YOLO's form, one for each image in which something was found: a line
 * an object, `class x y width height`, as shares of the image, and the confidence where it is asked for.
 *
 * @throws LookonceError `IO` when a file cannot be written
 */
export function labelFiles(directory: string, { conf = false }: LabelFilesOptions = {}): ValidationCallbacks {
  const used = new Set<string>();
  return {
    onValBatch({ batch, inFiles }) {
      batch.samples.forEach((sample, i) => {
        const found = inFiles[i] as (typeof inFiles)[number];
        if (found.count === 0) return;
        const file = join(directory, `${freeName(sample.path, used)}.txt`);
        writeWholeSync(file, linesOf(found, sample, conf), { flush: false });
      });
    },
  };
}

/** The image's name; with its folder's before it, then a number behind it, where another image took the name. */
function freeName(path: string, used: Set<string>): string {
  const stem = basename(path, extname(path));
  const long = `${basename(dirname(path))}-${stem}`;
  let name = used.has(stem) ? long : stem;
  for (let number = 2; used.has(name); number++) name = `${long}-${number}`;
  used.add(name);
  return name;
}

function linesOf(
  { boxes, scores, classes, count }: Detections,
  { originalWidth, originalHeight }: BatchSample,
  conf: boolean,
): string {
  const shares = xyxyToNormalizedXywh(boxes, { width: originalWidth, height: originalHeight });
  const short = (value: number): number => Number(value.toPrecision(6));
  const lines = Array.from({ length: count }, (_, i) => {
    const numbers = [...shares.subarray(4 * i, 4 * i + 4), ...(conf ? [scores[i] as number] : [])];
    return [classes[i], ...numbers.map(short)].join(" ");
  });
  return `${lines.join("\n")}\n`;
}
