import { LookonceError } from "@lookonce/errors";
import { type MaskPatch, maskContours } from "@lookonce/geometry";
import { type Image, readImage } from "@lookonce/image";
import type { ConversionResult } from "./conversion-result.ts";
import { type ConvertFilesOptions, convertFiles, type FileAnnotation, type FileObject } from "./convert-files.ts";
import { polygonRow } from "./label-row.ts";
import { outlineOf } from "./mask-outline.ts";

/** Options of {@link convertMasks}: `annotations` is the folder of masks, `names` the classes of levels 1, 2, … */
export type ConvertMasksOptions = ConvertFilesOptions;

/** Levels of a mask that are no class. */
const [background, ignored] = [0, 255];

/**
 * Makes a YOLO data set of outlines of masks: gray PNG files of the images' sizes and names, in which 0 is background, level
 * n + 1 class n, and 255 what belongs to no class.
 *
 * Every connected part of a level (8 neighbors) becomes an object; holes are lost. Without names classes are called
 * `class0`, `class1`, …
 *
 * @throws LookonceError `NOT_FOUND`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export function convertMasks(options: ConvertMasksOptions): Promise<ConversionResult> {
  return convertFiles(options, {
    what: "mask",
    ending: ".png",
    read: async (bytes) => maskAnnotation(await readImage(bytes), options.names),
    row: (label, outline, size) => polygonRow(label, outline, size),
    order: (found) => Array.from({ length: Math.max(...Array.from(found, numberOf)) + 1 }, (_, i) => nameOf(i)),
  });
}

function nameOf(label: number): string {
  return `class${label}`;
}

function numberOf(name: string): number {
  return Number(name.slice(nameOf(0).length - 1));
}

function maskAnnotation({ data, width, height }: Image, names: readonly string[] | undefined): FileAnnotation {
  const boxes = new Map<number, [left: number, top: number, right: number, bottom: number]>();
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      const level = data[i] as number;
      if (data[i + 1] !== level || data[i + 2] !== level) {
        const what = `the mask is colored at pixel ${x}, ${y}; classes are levels of gray, 1 for class 0`;
        throw new LookonceError("DATA", what);
      }
      if (level === background || level === ignored) continue;
      const box = boxes.get(level);
      if (box === undefined) boxes.set(level, [x, y, x, y]);
      else {
        if (x < box[0]) box[0] = x;
        if (x > box[2]) box[2] = x;
        box[3] = y;
      }
    }
  }
  const objects = [...boxes]
    .sort(([a], [b]) => a - b)
    .flatMap(([level, [left, top, right, bottom]]): FileObject[] => {
      const size = { width: right - left + 1, height: bottom - top + 1 };
      const inside = Uint8Array.from({ length: size.width * size.height }, (_, i) => {
        const at = (top + Math.floor(i / size.width)) * width + left + (i % size.width);
        return data[at * 3] === level ? 1 : 0;
      });
      const patch: MaskPatch = { left, top, ...size, data: inside };
      const name = names === undefined ? nameOf(level - 1) : (names[level - 1] ?? `level ${level}`);
      return maskContours(patch).map((contour) => ({ name, difficult: false, corners: outlineOf(contour) }));
    });
  return { width, height, objects };
}
