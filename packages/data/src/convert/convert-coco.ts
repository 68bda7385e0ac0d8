import { LookonceError } from "@lookonce/errors";
import { stat } from "@lookonce/files";
import type { Size } from "@lookonce/image";
import type { KeypointSpec } from "../labels.ts";
import type { OnProgress } from "../verify/verify-images.ts";
import { cocoKeypoints, cocoRow } from "./coco-row.ts";
import { type ConversionResult, LeftOut } from "./conversion-result.ts";
import { DatasetWriter, type TargetOptions } from "./dataset-writer.ts";
import { ImageIndex, safeName, sizeOf } from "./image-index.ts";
import { readCoco } from "./read-coco.ts";

/** Options of {@link convertCoco}. */
export interface ConvertCocoOptions extends TargetOptions {
  /** The JSON file, such as `instances_train2017.json`. */
  annotations: string;
  /** Folder of its images; needed unless `saveImages` is `none`. */
  images?: string;
  /** Write outlines where there are some, not just boxes. Default `false`. */
  polygons?: boolean;
  /** Write keypoints, of a file such as `person_keypoints_train2017.json`. Default `false`. */
  keypoints?: boolean;
  /** Called with bytes read; the file is read twice. */
  onProgress?: OnProgress;
}

interface Image extends Size {
  /** Its number in the {@link DatasetWriter}. */
  number: number;
  hasObject: boolean;
}

/** An image as the file describes it. */
interface Listed extends Size {
  id: unknown;
  name: string;
}

/**
 * Makes a YOLO data set of a COCO annotation file (https://cocodataset.org/#format-data) of any size: annotations are
 * streamed, only images' names and sizes stay in memory.
 *
 * Class numbers are the categories in the order of their ids, whose gaps close. Crowds (`iscrowd`) are left out; an
 * outline of several parts becomes one, a mask in run lengths its outline. Keypoints are named as the categories
 * name them, and mirrored by these names: `left_eye` becomes `right_eye`. Boxes are cut off at the image's border. An image without annotations gets an empty label file: it is known to be background. What cannot be used is
 * counted by kind.
 *
 * @throws LookonceError `NOT_FOUND`, `FORMAT`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export async function convertCoco(options: ConvertCocoOptions): Promise<ConversionResult> {
  const { saveImages = "link" } = options;
  if (options.polygons && options.keypoints) {
    throw new LookonceError("ARGUMENT", "A data set has either outlines or keypoints: drop polygons or keypoints.");
  }
  if (options.images === undefined && saveImages !== "none") {
    throw new LookonceError("ARGUMENT", "images must name the folder of the images, unless save_images is none.");
  }
  const index = options.images === undefined ? undefined : await ImageIndex.of(options.images);
  const { listed, categories } = await readLists(options);
  const names = categories.map(({ name }) => name);
  const keypoints = options.keypoints ? cocoKeypoints(categories, options.annotations) : undefined;
  const leftOut = new LeftOut();
  const added = await DatasetWriter.write(options, { names, keypoints }, async (writer) => {
    const images = await addImages(listed, { index, writer, leftOut });
    if (images.size === 0) throw leftOut.allLeftOut(options.annotations);
    const counts = await addObjects(options, { images, categories, keypoints, writer, leftOut });
    const background = [...images.values()].filter(({ hasObject }) => !hasObject).length;
    return { images: images.size, background, ...counts };
  });
  return { ...added, leftOut: leftOut.counts, examples: leftOut.examples };
}

interface Category {
  id: unknown;
  name: string;
  /** The names of its keypoints, where it has any. */
  keypoints: unknown;
}

/** First reading: images, and categories in the order of their ids; both may stand behind the annotations. */
async function readLists(options: ConvertCocoOptions): Promise<{ listed: Listed[]; categories: Category[] }> {
  const { annotations: file } = options;
  const listed: Listed[] = [];
  const found = new Map<unknown, Category>();
  await readCoco(
    file,
    (list, { id, name, file_name: fileName, width, height, keypoints }) => {
      if (list === "categories") found.set(id, { id, name: String(name), keypoints });
      if (list === "images") listed.push({ id, name: String(fileName), width: Number(width), height: Number(height) });
    },
    await progressOf(options, 0),
  );
  const categories = [...found.values()].sort((a, b) => Number(a.id) - Number(b.id));
  if (listed.length > 0 && categories.length > 0) return { listed, categories };
  const empty = listed.length === 0 ? "images" : "categories";
  throw new LookonceError("DATA", `${file} is no COCO annotation file: it has no list "${empty}" with an element.`);
}

/** The images that can be used, by their ids. */
async function addImages(
  listed: readonly Listed[],
  { index, writer, leftOut }: { index: ImageIndex | undefined; writer: DatasetWriter; leftOut: LeftOut },
): Promise<Map<unknown, Image>> {
  const images = new Map<unknown, Image>();
  for (const { id, name, ...listedSize } of listed) {
    const source = index?.find(name);
    if (index !== undefined && source === undefined) {
      leftOut.add("missing-image", `there is no image ${name}`);
      continue;
    }
    const size = await sizeOf(listedSize, source);
    if (size === undefined) {
      leftOut.add("no-size", `the size of ${name} is not known`);
      continue;
    }
    const number = await writer.addImage(safeName(name), source);
    if (number === undefined) leftOut.add("name-taken", `another image is called ${name}, too`);
    else images.set(id, { number, ...size, hasObject: false });
  }
  return images;
}

interface Adding {
  images: ReadonlyMap<unknown, Image>;
  categories: readonly Category[];
  keypoints: KeypointSpec | undefined;
  writer: DatasetWriter;
  leftOut: LeftOut;
}

/** Second reading: the annotations. */
async function addObjects(
  options: ConvertCocoOptions,
  { images, categories, keypoints, writer, leftOut }: Adding,
): Promise<{ objects: number; clipped: number }> {
  const counts = { objects: 0, clipped: 0 };
  const labels = new Map(categories.map(({ id }, label) => [id, label]));
  const add = (annotation: Record<string, unknown>): Promise<void> | undefined => {
    const { id, image_id: imageId, category_id: categoryId, iscrowd } = annotation;
    const image = images.get(imageId);
    const label = labels.get(categoryId);
    const name = categories[label ?? -1]?.name;
    if (Number(iscrowd) === 1) leftOut.add("crowd", `annotation ${id} is a crowd of ${name}`);
    else if (image === undefined) leftOut.add("unknown-image", `annotation ${id} is of image ${imageId}`);
    else if (label === undefined) leftOut.add("unknown-class", `annotation ${id} is of category ${categoryId}`);
    else {
      const row = cocoRow(annotation, { label, image, polygons: options.polygons ?? false, keypoints });
      if (typeof row === "string") {
        const key = row === "keypoints" ? row : "bbox";
        const value = JSON.stringify(annotation[key])?.slice(0, 200);
        leftOut.add(row, `annotation ${id} of image ${imageId}: ${key} ${value}`);
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
  await readCoco(options.annotations, (list, item) => (list === "annotations" ? add(item) : undefined), onProgress);
  return counts;
}

async function progressOf({ annotations, onProgress }: ConvertCocoOptions, reading: 0 | 1) {
  const size = await stat(annotations).then(
    (found) => found.size,
    () => 0,
  );
  return (bytes: number): void => onProgress?.({ done: reading * size + bytes, total: 2 * size });
}
