import { basename } from "@lookonce/files";
import { imageFormat } from "@lookonce/image";
import type { AnnotatedImage, AnnotatedObject } from "../annotated-image.ts";
import { cocoOutline } from "../coco-row.ts";
import { asList, asNumber, asTable, asText, type JsonTable } from "../json-value.ts";

/** The names that a class has in data sets; the first one that is there counts. */
const classKeys = ["category", "categories", "category_id", "label", "labels", "class", "class_id"];

/** What stands in a row of a Hugging Face data set. */
export interface RowOptions {
  where: string;
  /** Names of the classes by number, where the data set has them. */
  names: readonly string[] | undefined;
}

/** The name of a class that has only a number. */
export function className(label: number): string {
  return `class${label}`;
}

/**
 * The image and the objects of a row: `image` with bytes and path or `file_name`, and `objects` with `bbox` (left, top, width, height
 * in pixels) and `category`, as lists or as a list of tables.
 */
export function rowImage(row: JsonTable, { where, names }: RowOptions): AnnotatedImage {
  const { bytes, path } = asTable(row.image ?? row.img);
  const data = bytes instanceof Uint8Array ? bytes : undefined;
  // Of a path only the name: it leads to a place on the machine that wrote it
  const named = basename(asText(path)) || asText(row.file_name);
  const id = asText(row.image_id) || asText(row.id) || where.replace(/^.*\D/, "");
  const filename = named || (data === undefined ? "" : `${id}.${imageFormat(data) ?? "jpg"}`);
  return {
    where,
    filename,
    stem: id,
    width: asNumber(row.width) || 0,
    height: asNumber(row.height) || 0,
    objects: objectsOf(row.objects, names),
    ...(data === undefined ? {} : { bytes: data }),
  };
}

function objectsOf(objects: unknown, names: readonly string[] | undefined): AnnotatedObject[] {
  return rowsOf(objects).map(({ bbox, label, segmentation }) => {
    const [x = Number.NaN, y = Number.NaN, width = Number.NaN, height = Number.NaN] = asList(bbox).map(asNumber);
    const outline = cocoOutline(asList(segmentation).map((part) => (Array.isArray(part) ? part.map(asNumber) : part)));
    const number = asNumber(label);
    const name = Number.isNaN(number) ? asText(label) : (names?.[number] ?? className(number));
    return { name, box: [x, y, x + width, y + height], ...(outline.length > 0 ? { outline } : {}) };
  });
}

interface ObjectRow {
  bbox: unknown;
  label: unknown;
  segmentation: unknown;
}

/** Objects one by one, whether they stand in a table of lists or in a list of tables. */
function rowsOf(objects: unknown): ObjectRow[] {
  if (Array.isArray(objects)) {
    return objects.map(asTable).map((object) => {
      return { bbox: object.bbox, label: object[keyOf(object)], segmentation: object.segmentation };
    });
  }
  const table = asTable(objects);
  const [labels, segmentations] = [asList(table[keyOf(table)]), asList(table.segmentation)];
  return asList(table.bbox).map((bbox, i) => ({ bbox, label: labels[i], segmentation: segmentations[i] }));
}

function keyOf(table: JsonTable): string {
  return classKeys.find((key) => table[key] !== undefined) ?? "category";
}
