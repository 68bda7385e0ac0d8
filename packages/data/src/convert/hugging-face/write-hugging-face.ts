import { basename, extname, join, readRegular, stat, writeWhole } from "@lookonce/files";
import type { SchemaElement } from "hyparquet";
import type { Dataset } from "../../dataset.ts";
import type { DatasetEntry } from "../../labels.ts";
import { type PixelObject, pixelObjects, roundPixels } from "../pixel-objects.ts";
import { placeImages, type WriteOptions, type WrittenAnnotations, written } from "../written-annotations.ts";

/** Bytes of images in one file: it is written as a whole. */
const shardBytes = 2 ** 28;

/** Rows of a row group, as the library `datasets` has them for images. */
const rowGroupSize = 100;

/**
 * Writes the boxes of a split as a Hugging Face data set for object detection. Images are in the Parquet files, unless `saveImages` is
 * `none`, and outlines in `objects.segmentation`; keypoints are left out.
 *
 * @param path a file `….parquet`, or a folder, where files become `data/<split>-00000-of-00001.parquet` and so on, of 256 MB
 * @throws LookonceError `IO` when a file cannot be written
 */
export async function writeHuggingFace(
  dataset: Dataset,
  path: string,
  { saveImages = "link" }: WriteOptions = {},
): Promise<WrittenAnnotations> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const isFile = extname(path).toLowerCase() === ".parquet";
  const shards = isFile ? [dataset.entries] : await shardsOf(dataset.entries);
  const split = splitName(dataset);
  let id = 0;
  for (const [i, entries] of shards.entries()) {
    const images: object[] = [];
    for (const { path: image } of entries) {
      const bytes = saveImages === "none" ? null : await readRegular(image, { what: "image" });
      images.push({ bytes, path: basename(image) });
    }
    const bytes = parquetWriteBuffer({
      schema,
      rowGroupSize,
      createdBy: "lookonce",
      kvMetadata: [{ key: "huggingface", value: JSON.stringify({ info: { features: featuresOf(dataset) } }) }],
      columnData: [
        { name: "image_id", data: entries.map(() => BigInt(id++)) },
        // They are compressed already
        { name: "image", data: images, codec: "UNCOMPRESSED", statistics: false },
        { name: "width", data: entries.map(({ width }) => width) },
        { name: "height", data: entries.map(({ height }) => height) },
        { name: "objects", data: entries.map((entry) => parquetObjects(pixelObjects(entry, dataset))) },
      ],
    });
    const number = (value: number): string => String(value).padStart(5, "0");
    const name = `${split}-${number(i)}-of-${number(shards.length)}.parquet`;
    await writeWhole(isFile ? path : join(path, "data", name), new Uint8Array(bytes));
  }
  return written(dataset, path, lostOf(dataset));
}

/**
 * Writes the boxes of a split as ImageFolder: `<split>/metadata.jsonl`, and the images beside it. Categories are the classes' names.
 *
 * @throws LookonceError `IO` when a file cannot be written
 */
export async function writeImageFolder(
  dataset: Dataset,
  folder: string,
  { saveImages = "link" }: WriteOptions = {},
): Promise<WrittenAnnotations> {
  const place = join(folder, splitName(dataset));
  await placeImages(dataset, saveImages, (name) => join(place, name));
  const lines = dataset.entries.map((entry) => {
    const objects = pixelObjects(entry, dataset);
    const { bbox, area, segmentation } = columnsOf(objects);
    const categories = objects.map(({ name }) => name);
    const outlines = segmentation.some((parts) => parts.length > 0) ? { segmentation } : {};
    return `${JSON.stringify({ file_name: basename(entry.path), objects: { bbox, categories, area, ...outlines } })}\n`;
  });
  await writeWhole(join(place, "metadata.jsonl"), lines.join(""));
  return written(dataset, folder, lostOf(dataset));
}

/** Images in groups of which each fits into one file. */
async function shardsOf(entries: readonly DatasetEntry[]): Promise<DatasetEntry[][]> {
  const shards: DatasetEntry[][] = [[]];
  let bytes = 0;
  for (const entry of entries) {
    const { size } = await stat(entry.path);
    if (bytes > 0 && bytes + size > shardBytes) {
      shards.push([]);
      bytes = 0;
    }
    bytes += size;
    shards.at(-1)?.push(entry);
  }
  return shards;
}

function splitName({ split }: Dataset): string {
  return split === "val" ? "validation" : split;
}

function lostOf({ entries }: Dataset): { keypoints: number } {
  return {
    keypoints: entries.reduce((sum, { classes, keypoints }) => sum + (keypoints === undefined ? 0 : classes.length), 0),
  };
}

function columnsOf(objects: readonly PixelObject[]): { bbox: number[][]; area: number[]; segmentation: number[][][] } {
  const bbox = objects.map(({ box: [left, top, right, bottom] }) =>
    [left, top, right - left, bottom - top].map(roundPixels),
  );
  return {
    bbox,
    area: bbox.map(([, , width = 0, height = 0]) => roundPixels(width * height)),
    segmentation: objects.map(({ outline }) => (outline === undefined ? [] : [outline])),
  };
}

function parquetObjects(objects: readonly PixelObject[]): object {
  return { ...columnsOf(objects), category: objects.map(({ label }) => BigInt(label)) };
}

/** The columns of a list, within each other as often as is said. */
function list(name: string, type: SchemaElement["type"], depth: number): SchemaElement[] {
  if (depth === 0) return [{ name, type, repetition_type: "OPTIONAL" }];
  return [
    { name, repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
    { name: "list", repetition_type: "REPEATED", num_children: 1 },
    ...list("element", type, depth - 1),
  ];
}

const schema: SchemaElement[] = [
  { name: "root", num_children: 5 },
  { name: "image_id", type: "INT64", repetition_type: "OPTIONAL" },
  { name: "image", repetition_type: "OPTIONAL", num_children: 2 },
  { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
  { name: "path", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
  { name: "width", type: "INT32", repetition_type: "OPTIONAL" },
  { name: "height", type: "INT32", repetition_type: "OPTIONAL" },
  { name: "objects", repetition_type: "OPTIONAL", num_children: 4 },
  ...list("bbox", "DOUBLE", 2),
  ...list("area", "DOUBLE", 1),
  ...list("segmentation", "DOUBLE", 3),
  ...list("category", "INT64", 1),
];

/** The features as the library `datasets` reads them from the file, so that it knows images and classes. */
function featuresOf({ names }: Dataset): object {
  const value = (dtype: string): object => ({ dtype, _type: "Value" });
  const sequence = (feature: object): object => ({ feature, _type: "Sequence" });
  return {
    image_id: value("int64"),
    image: { _type: "Image" },
    width: value("int32"),
    height: value("int32"),
    objects: {
      bbox: sequence(sequence(value("float64"))),
      area: sequence(value("float64")),
      segmentation: sequence(sequence(sequence(value("float64")))),
      category: sequence({ names, _type: "ClassLabel" }),
    },
  };
}
