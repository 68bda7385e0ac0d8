import { stat } from "node:fs/promises";
import type { ConversionResult, ConvertCocoOptions, ConvertVocOptions } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";

/** Options of {@link convertData}: those of both forms. */
export interface ConvertDataOptions
  extends Omit<ConvertCocoOptions, "polygons">,
    Omit<ConvertVocOptions, keyof ConvertCocoOptions>,
    Pick<ConvertCocoOptions, "polygons"> {
  /** Default `auto`: COCO for a file, VOC for a folder. */
  from?: "auto" | "coco" | "voc";
}

/**
 * Makes a YOLO data set of COCO or Pascal VOC annotations.
 *
 * @throws LookonceError `ARGUMENT` for an option of the other form, and as the conversions of `@lookonce/data`
 */
export async function convertData(options: ConvertDataOptions): Promise<ConversionResult> {
  const { from = "auto", list, names, difficult, polygons, ...shared } = options;
  const { convertCoco, convertVoc } = await import("@lookonce/data");
  const isVoc = from === "voc" || (from === "auto" && (await isFolder(shared.annotations)));
  refuse(isVoc ? { polygons } : { list, names, difficult }, isVoc ? "COCO" : "VOC");
  if (!isVoc) return convertCoco({ ...shared, ...(polygons === undefined ? {} : { polygons }) });
  const { images } = shared;
  if (images === undefined) throw new LookonceError("ARGUMENT", "images must name the folder of the images.");
  return convertVoc({
    ...shared,
    images,
    ...(list === undefined ? {} : { list }),
    ...(names === undefined ? {} : { names }),
    ...(difficult === undefined ? {} : { difficult }),
  });
}

/** Options of the other form do nothing, which their author should know. */
function refuse(options: Record<string, unknown>, form: string): void {
  const given = Object.keys(options).find((key) => options[key] !== undefined && options[key] !== false);
  if (given !== undefined)
    throw new LookonceError("ARGUMENT", `${given} is only for annotations in the form of ${form}.`);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
