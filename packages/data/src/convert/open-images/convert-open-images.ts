import { LookonceError } from "@lookonce/errors";
import { dirname, join, readdir } from "@lookonce/files";
import type { AnnotatedImage, AnnotatedObject } from "../annotated-image.ts";
import type { ConversionResult } from "../conversion-result.ts";
import { type ConvertOptions, convertAnnotations } from "../convert-annotations.ts";
import { csvRows } from "../csv-rows.ts";

/** Options of {@link convertOpenImages}: `annotations` is a file such as `oidv6-train-annotations-bbox.csv`. */
export type ConvertOpenImagesOptions = ConvertOptions;

/** Coordinates are fractions of the image's sides, so that nobody needs its size. */
const size = { width: 1, height: 1 };

/** The columns that are read. */
const columns = ["ImageID", "LabelName", "XMin", "XMax", "YMin", "YMax", "IsGroupOf"] as const;

/**
 * Makes a YOLO data set of the boxes of Open Images (https://storage.googleapis.com/openimages/web/download_v7.html), a CSV file
 * of any size, read piece by piece.
 *
 * Classes are those of the file `…class-descriptions-boxable.csv` beside it, in its order; without such a file they are called as in the
 * annotations (`/m/01g317`). Groups of objects in one box (`IsGroupOf`) are left out.
 *
 * @throws LookonceError `NOT_FOUND`, `FORMAT`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export async function convertOpenImages(options: ConvertOpenImagesOptions): Promise<ConversionResult> {
  const { annotations: file } = options;
  const descriptions = await readDescriptions(file);
  return convertAnnotations(
    options,
    {
      what: "row",
      repeats: true,
      async *read(onProgress) {
        let column: Map<string, number> | undefined;
        let image: (AnnotatedImage & { objects: AnnotatedObject[] }) | undefined;
        for await (const { rows, done, total } of csvRows(file)) {
          for (const row of rows) {
            if (column === undefined) {
              column = columnsOf(row, file);
              continue;
            }
            const [id = "", object] = objectOf(row, column, descriptions);
            if (image === undefined || image.stem !== id) {
              if (image !== undefined) yield image;
              image = { where: `image ${id}`, filename: `${id}.jpg`, stem: id, ...size, objects: [] };
            }
            image.objects.push(object);
          }
          onProgress({ done, total });
        }
        if (image !== undefined) yield image;
        if (column === undefined) columnsOf([], file);
      },
      order: (found) => (descriptions.size > 0 ? [...new Set(descriptions.values())] : [...found].sort()),
    },
    "boxes",
  );
}

function columnsOf(row: readonly string[], file: string): Map<string, number> {
  const column = new Map(row.map((name, i) => [name.trim(), i]));
  const missing = columns.find((name) => name !== "IsGroupOf" && !column.has(name));
  if (missing === undefined) return column;
  throw new LookonceError(
    "FORMAT",
    `${file} has no boxes of Open Images: its first row has no column "${missing}"; expected ${columns.join(", ")}.`,
  );
}

function objectOf(
  row: readonly string[],
  column: ReadonlyMap<string, number>,
  descriptions: ReadonlyMap<string, string>,
): [id: string, object: AnnotatedObject] {
  const cell = (name: (typeof columns)[number]): string => row[column.get(name) ?? -1]?.trim() ?? "";
  const number = (name: (typeof columns)[number]): number => (cell(name) === "" ? Number.NaN : Number(cell(name)));
  const label = cell("LabelName");
  const name = descriptions.get(label) ?? label;
  const box = [number("XMin"), number("YMin"), number("XMax"), number("YMax")];
  const isGroup = cell("IsGroupOf") === "1";
  const fault = { kind: "crowd" as const, reason: "a group of objects in one box" };
  return [cell("ImageID"), { name, box, ...(isGroup ? { fault } : {}) }];
}

/** The names of the classes by their labels, of a file beside the annotations; none without it. */
async function readDescriptions(file: string): Promise<Map<string, string>> {
  const names = await readdir(dirname(file)).catch(() => []);
  const found = names.filter((name) => /class-descriptions.*\.csv$/.test(name)).sort();
  const name = found.find((one) => one.includes("boxable")) ?? found[0];
  const descriptions = new Map<string, string>();
  if (name === undefined) return descriptions;
  for await (const { rows } of csvRows(join(dirname(file), name))) {
    // Version 7 has a first row of names
    for (const [label = "", text = label] of rows) if (label !== "LabelName") descriptions.set(label, text);
  }
  return descriptions;
}
