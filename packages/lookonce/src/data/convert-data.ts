import { stat } from "node:fs/promises";
import type { DataConvertArgs } from "@lookonce/config";
import type { ConversionResult, OnProgress } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";

/** Options of {@link convertData}. */
export interface ConvertDataOptions extends DataConvertArgs {
  /** Called with the progress. */
  onProgress?: OnProgress;
}

/**
 * Makes a YOLO data set of COCO or Pascal VOC annotations.
 *
 * @throws LookonceError `ARGUMENT` for an option of the other form, and as the conversions of `@lookonce/data`
 */
export async function convertData(options: ConvertDataOptions): Promise<ConversionResult> {
  const { from = "auto", list, classes, difficult, polygons, ...shared } = options;
  const { convertCoco, convertVoc } = await import("@lookonce/data");
  const isVoc = from === "voc" || (from === "auto" && (await isFolder(shared.annotations)));
  refuse(isVoc ? { polygons } : { list, classes, difficult }, isVoc ? "COCO" : "VOC");
  if (!isVoc) return convertCoco({ ...shared, ...(polygons === undefined ? {} : { polygons }) });
  const { images } = shared;
  if (images === undefined) throw new LookonceError("ARGUMENT", "images must name the folder of the images.");
  return convertVoc({
    ...shared,
    images,
    ...(list === undefined ? {} : { list }),
    ...(classes === undefined ? {} : { names: classes }),
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
