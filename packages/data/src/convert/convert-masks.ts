import { LookonceError } from "@lookonce/errors";
import { maskContours, masksOfMap } from "@lookonce/geometry";
import { type Image, readImage } from "@lookonce/image";
import type { AnnotatedObject } from "./annotated-image.ts";
import type { ConversionResult } from "./conversion-result.ts";
import { type ConvertFilesOptions, convertFiles, type FileAnnotation } from "./convert-files.ts";
import { outlineOf } from "./mask-outline.ts";

/** Options of {@link convertMasks}: `annotations` is the folder of masks, `names` the classes of levels 1, 2, … */
export type ConvertMasksOptions = ConvertFilesOptions;

/** Classes of a mask: levels 1 to 254. */
const maxClasses = 254;

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
    kind: "polygons",
    read: async (bytes) => maskAnnotation(await readImage(bytes), options.names),
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
  const levels = new Uint8Array(width * height);
  for (let at = 0, i = 0; at < levels.length; at++, i += 3) {
    const level = data[i] as number;
    if (data[i + 1] !== level || data[i + 2] !== level) {
      const place = `pixel ${at % width}, ${Math.floor(at / width)}`;
      throw new LookonceError("DATA", `the mask is colored at ${place}; classes are levels of gray, 1 for class 0`);
    }
    levels[at] = level;
  }
  const { patches } = masksOfMap(levels, { width, height }, maxClasses);
  const objects = patches.flatMap((patch, label): AnnotatedObject[] => {
    const name = names === undefined ? nameOf(label) : (names[label] ?? `level ${label + 1}`);
    return maskContours(patch).map((contour) => ({ name, outline: outlineOf(contour) }));
  });
  return { width, height, objects };
}
