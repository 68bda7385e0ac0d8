import { textOf } from "@lookonce/files";
import type { ConversionResult } from "./conversion-result.ts";
import { type ConvertFilesOptions, convertFiles, type FileAnnotation } from "./convert-files.ts";
import { readVoc, type VocAnnotation } from "./read-voc.ts";

/**
 * Options of {@link convertVoc}: `annotations` is a folder of XML files, such as `VOC2007/Annotations`, `images` one such as
 * `VOC2007/JPEGImages`, `list` one of its lists, such as `ImageSets/Main/train.txt`.
 */
export type ConvertVocOptions = ConvertFilesOptions;

/**
 * Makes a YOLO data set of Pascal VOC annotations, a file at a time.
 *
 * VOC counts pixels from 1 and includes the last, so that a box reaches from `xmin − 1` to `xmax`. Objects marked as
 * difficult are left out unless asked for, parts of objects always; boxes are cut off at the image's border.
 *
 * @throws LookonceError `NOT_FOUND`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export function convertVoc(options: ConvertVocOptions): Promise<ConversionResult> {
  return convertFiles(options, {
    what: "XML file",
    ending: ".xml",
    kind: "boxes",
    read: (bytes) => vocAnnotation(readVoc(textOf(bytes))),
  });
}

function vocAnnotation({ objects, ...image }: VocAnnotation): FileAnnotation {
  const boxes = objects.map(({ corners: [xmin, ymin, xmax, ymax], ...object }) => {
    return { ...object, box: [xmin - 1, ymin - 1, xmax, ymax] };
  });
  return { ...image, objects: boxes };
}
