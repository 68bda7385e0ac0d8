import { textOf } from "@lookonce/files";
import type { ConversionResult } from "./conversion-result.ts";
import { type ConvertFilesOptions, convertFiles, type FileAnnotation } from "./convert-files.ts";

/** Options of {@link convertDota}: `annotations` is the folder of text files, such as `train/labelTxt`. */
export type ConvertDotaOptions = ConvertFilesOptions;

/**
 * Makes a YOLO data set of oriented boxes of annotations in the form of DOTA (https://captain-whu.github.io/DOTA/dataset.html):
 * a line an object, `x1 y1 x2 y2 x3 y3 x4 y4 class difficult`, corners in pixels.
 *
 * Lines such as `imagesource:GoogleEarth` are passed over. Objects marked as difficult are left out unless asked for. Corners
 * outside of the image stay where they are, as long as the box's center is inside.
 *
 * @throws LookonceError `NOT_FOUND`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export function convertDota(options: ConvertDotaOptions): Promise<ConversionResult> {
  return convertFiles(options, {
    what: "text file",
    ending: ".txt",
    kind: "rotated",
    read: (bytes) => readDota(textOf(bytes)),
  });
}

/** The objects of a DOTA text; a line that is none has no name and no numbers. */
export function readDota(text: string): FileAnnotation {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^[a-z]+:/i.test(line));
  const objects = lines.map((line) => {
    const words = line.split(/\s+/);
    const outline = Array.from({ length: 8 }, (_, i) => Number(words[i] ?? Number.NaN));
    return { name: words[8] ?? "", difficult: Number(words[9] ?? 0) > 0, outline };
  });
  return { width: 0, height: 0, objects };
}
