import { stat } from "node:fs/promises";
import { LookonceError } from "@lookonce/errors";
import { readImageSize } from "@lookonce/image";
import type { OnProgress } from "../verify/verify-images.ts";
import { type ConversionResult, LeftOut } from "./conversion-result.ts";
import { DatasetWriter, type SaveImages } from "./dataset-writer.ts";
import { ImageIndex, safeName } from "./image-index.ts";
import { boxRow, type LabelRow, polygonRow } from "./label-row.ts";
import { readCoco } from "./read-coco.ts";

/** Options of {@link convertCoco}. */
export interface ConvertCocoOptions {
  /** The JSON file, such as `instances_train2017.json`. */
  annotations: string;
  /** Folder of its images; needed unless `saveImages` is `none`. */
  images?: string;
  /** Folder of the new data set; further splits can be added to it. */
  output: string;
  /** Default `train`. */
  split?: "train" | "val" | "test";
  /** Default `link`. */
  saveImages?: SaveImages;
  /** Write outlines where there are some, not just boxes. Default `false`. */
  polygons?: boolean;
  /** Called with bytes read; the file is read twice. */
  onProgress?: OnProgress;
}

interface Image {
  /** Its number in the {@link DatasetWriter}. */
  number: number;
  width: number;
  height: number;
  hasObject: boolean;
}

/** An image as the file describes it. */
interface Listed {
  id: unknown;
  name: string;
  width: number;
  height: number;
}

interface Reading {
  options: ConvertCocoOptions;
  images: Map<unknown, Image>;
  categories: Map<unknown, string>;
  leftOut: LeftOut;
}

/**
 * Makes a YOLO data set of a COCO annotation file (https://cocodataset.org/#format-data) of any size: annotations are
 * streamed, only images' names and sizes stay in memory.
 *
 * Class numbers are the categories in the order of their ids, whose gaps close. Crowds (`iscrowd`) are left out; masks
 * in run lengths are taken by their boxes; an outline of several parts becomes one. Boxes are cut off at the image's
 * border. An image without annotations gets an empty label file: it is known to be background. What cannot be used is
 * counted by kind.
 *
 * @throws LookonceError `NOT_FOUND`, `FORMAT`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export async function convertCoco(options: ConvertCocoOptions): Promise<ConversionResult> {
  const { output, split = "train", saveImages = "link" } = options;
  if (options.images === undefined && saveImages !== "none") {
    throw new LookonceError("ARGUMENT", "images must name the folder of the images, unless save_images is none.");
  }
  const index = options.images === undefined ? undefined : await ImageIndex.of(options.images);
  const reading: Reading = { options, images: new Map(), categories: new Map(), leftOut: new LeftOut() };
  const found = await readLists(reading);
  const categories = [...reading.categories].sort(([a], [b]) => Number(a) - Number(b));
  const names = categories.map(([, name]) => name);
  const writer = await DatasetWriter.open({ output, split, saveImages }, names);
  try {
    await addImages(found, { reading, index, writer });
    const labels = new Map(categories.map(([id], label) => [id, label]));
    const counts = await addObjects(reading, { labels, writer });
    const all = [...reading.images.values()];
    const background = all.filter(({ hasObject }) => !hasObject).length;
    const { counts: leftOut, examples } = reading.leftOut;
    return { yaml: await writer.finish(), names, images: all.length, background, ...counts, leftOut, examples };
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** First reading: images and categories, which may stand behind the annotations. */
async function readLists({ options, categories }: Reading): Promise<Listed[]> {
  const found: Listed[] = [];
  const { annotations: file } = options;
  const onProgress = await progressOf(options, 0);
  const read = (list: string, { id, name, file_name: fileName, width, height }: Record<string, unknown>): void => {
    if (list === "categories") categories.set(id, String(name));
    if (list === "images") found.push({ id, name: String(fileName), width: Number(width), height: Number(height) });
  };
  await readCoco(file, read, onProgress);
  if (found.length > 0 && categories.size > 0) return found;
  throw new LookonceError(
    "DATA",
    `${file} is no COCO annotation file: it has no list "${found.length === 0 ? "images" : "categories"}" with an element.`,
  );
}

async function addImages(
  found: readonly Listed[],
  { reading, index, writer }: { reading: Reading; index: ImageIndex | undefined; writer: DatasetWriter },
): Promise<void> {
  const { images, leftOut } = reading;
  for (const { id, name: given, width, height } of found) {
    const source = index?.find(given);
    if (index !== undefined && source === undefined) {
      leftOut.add("missing-image", `there is no image ${given}`);
      continue;
    }
    const size = width > 0 && height > 0 ? { width, height } : await sizeOf(source);
    if (size === undefined) {
      leftOut.add("no-size", `the size of ${given} is not known`);
      continue;
    }
    const number = await writer.addImage(safeName(given), source);
    if (number === undefined) leftOut.add("name-taken", `another image is called ${given}, too`);
    else images.set(id, { number, ...size, hasObject: false });
  }
}

async function sizeOf(source: string | undefined): Promise<{ width: number; height: number } | undefined> {
  return source === undefined ? undefined : readImageSize(source).catch(() => undefined);
}

/** Second reading: the annotations. */
async function addObjects(
  { options, images, leftOut, categories }: Reading,
  { labels, writer }: { labels: ReadonlyMap<unknown, number>; writer: DatasetWriter },
): Promise<{ objects: number; clipped: number }> {
  const counts = { objects: 0, clipped: 0 };
  const add = (annotation: Record<string, unknown>): Promise<void> | undefined => {
    const { id, image_id: imageId, category_id: categoryId, iscrowd } = annotation;
    const image = images.get(imageId);
    const label = labels.get(categoryId);
    if (Number(iscrowd) === 1) leftOut.add("crowd", `annotation ${id} is a crowd of ${categories.get(categoryId)}`);
    else if (image === undefined) leftOut.add("unknown-image", `annotation ${id} is of image ${imageId}`);
    else if (label === undefined) leftOut.add("unknown-class", `annotation ${id} is of category ${categoryId}`);
    else {
      const row = rowOf(annotation, { label, image, polygons: options.polygons ?? false });
      if (typeof row === "string") {
        leftOut.add(row, `annotation ${id} of image ${imageId}: bbox ${JSON.stringify(annotation.bbox)}`);
        return undefined;
      }
      image.hasObject = true;
      counts.objects++;
      if (row.clipped) counts.clipped++;
      return writer.addRow(image.number, row.text);
    }
    return undefined;
  };
  const onProgress = await progressOf(options, 1);
  await readCoco(
    options.annotations,
    (list, element) => (list === "annotations" ? add(element) : undefined),
    onProgress,
  );
  return counts;
}

/** The label row, or why there is none. */
function rowOf(
  { bbox, segmentation }: Record<string, unknown>,
  { label, image, polygons }: { label: number; image: Image; polygons: boolean },
): LabelRow | "no-box" | "no-area" {
  const parts = polygons && Array.isArray(segmentation) ? segmentation.filter(isPolygon) : [];
  if (!isBox(bbox)) return "no-box";
  const [x, y, width, height] = bbox;
  const row = boxRow(label, [x, y, x + width, y + height], image);
  if (row === undefined) return "no-area";
  if (parts.length === 0) return row;
  const outline = polygonRow(label, joinPolygons(parts), image);
  if (outline === undefined) return row;
  return { text: outline.text, clipped: row.clipped || outline.clipped };
}

function isBox(bbox: unknown): bbox is [number, number, number, number] {
  return Array.isArray(bbox) && bbox.length === 4 && bbox.every(Number.isFinite);
}

function isPolygon(part: unknown): part is number[] {
  return Array.isArray(part) && part.length >= 6 && part.length % 2 === 0 && part.every(Number.isFinite);
}

async function progressOf({ annotations, onProgress }: ConvertCocoOptions, reading: 0 | 1) {
  const size = await stat(annotations).then(
    (found) => found.size,
    () => 0,
  );
  return (bytes: number): void => onProgress?.({ done: reading * size + bytes, total: 2 * size });
}

/**
 * One outline for an object of several parts (an animal behind a post): each further part is entered and left again where
 * it comes nearest to what is joined so far.
 *
 * @param parts at least one polygon, each a list of x, y, …
 */
function joinPolygons(parts: readonly (readonly number[])[]): number[] {
  const [first = [], ...others] = parts;
  return others.reduce<number[]>(
    (joined, part) => {
      const [from, to] = nearestPoints(joined, part);
      const around = [...part.slice(to), ...part.slice(0, to), ...part.slice(to, to + 2)];
      return [...joined.slice(0, from + 2), ...around, ...joined.slice(from)];
    },
    [...first],
  );
}

/** Where in each list the two points begin that are nearest to each other. */
function nearestPoints(a: readonly number[], b: readonly number[]): [number, number] {
  let best: [number, number] = [0, 0];
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i += 2) {
    for (let j = 0; j < b.length; j += 2) {
      const [dx, dy] = [(a[i] as number) - (b[j] as number), (a[i + 1] as number) - (b[j + 1] as number)];
      const distance = dx * dx + dy * dy;
      if (distance >= least) continue;
      least = distance;
      best = [i, j];
    }
  }
  return best;
}
