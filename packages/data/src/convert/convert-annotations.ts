import { LookonceError } from "@lookonce/errors";
import { basename } from "@lookonce/files";
import type { Size } from "@lookonce/image";
import type { KeypointSpec } from "../labels.ts";
import type { OnProgress } from "../verify/verify-images.ts";
import { type AnnotatedImage, type AnnotatedObject, annotatedRow, type RowKind } from "./annotated-image.ts";
import { type ConversionResult, LeftOut } from "./conversion-result.ts";
import { configBefore, DatasetWriter, type TargetOptions } from "./dataset-writer.ts";
import { ImageIndex, safeName, sizeOf } from "./image-index.ts";
import { namedKeypoints } from "./keypoint-names.ts";

/** Options of conversions that pass one image after the other. */
export interface ConvertOptions extends TargetOptions {
  /** The file or folder of the annotations. */
  annotations: string;
  /** Folder of the images; needed unless `saveImages` is `none`. */
  images?: string;
  /** Classes by number; others are left out. Default: those that the annotations list, or all in alphabetical order. */
  names?: readonly string[];
  /** Use objects that are marked as difficult, too. Default `false`. */
  difficult?: boolean;
  /** Called with what was read; the annotations are read twice, unless the classes are known. */
  onProgress?: OnProgress;
}

/** Options of formats whose annotations have several shapes; without one, rows are boxes. */
export interface ConvertShapesOptions extends ConvertOptions {
  /** Write outlines where there are some, not just boxes. Default `false`. */
  polygons?: boolean;
  /** Write keypoints. Default `false`. */
  keypoints?: boolean;
  /** Write the corners of rotated boxes; of other boxes the corners, too. Default `false`. */
  rotated?: boolean;
  /** Keypoints by number. Default: those that the annotations list, or in the order in which they come first. */
  keypointNames?: readonly string[];
}

/** An annotation file of which nothing can be used. */
export interface DamagedFile {
  where: string;
  reason: string;
}

/** Annotations in some format. */
export interface AnnotationSource {
  /** For messages, such as `XML file`. */
  what: string;
  /** Reads all images in order; the first of two readings, if any, needs only the names of classes and keypoints. */
  read(onProgress: OnProgress, reading: "names" | "all"): AsyncIterable<AnnotatedImage | DamagedFile>;
  /** The classes by number, of all names in the annotations; called after the first reading. Default: alphabetical order. */
  order?(found: ReadonlySet<string>): readonly string[];
  /** As {@link order}, of the keypoints. Default: the order in which they come first. */
  orderKeypoints?(found: ReadonlySet<string>): readonly string[];
  /** Whether an image may come again, with further objects. Default `false`. */
  repeats?: boolean;
  /** Whether images come with the annotations, so that no folder of them is needed. Default `false`. */
  hasImages?: boolean;
}

/**
 * Makes a YOLO data set of annotations that pass one image after the other.
 *
 * @param kind what the rows are
 * @throws LookonceError `NOT_FOUND`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export async function convertAnnotations(
  options: ConvertOptions & Pick<ConvertShapesOptions, "keypointNames">,
  source: AnnotationSource,
  kind: RowKind,
): Promise<ConversionResult> {
  if (options.images === undefined && !source.hasImages && options.saveImages !== "none") {
    throw new LookonceError("ARGUMENT", "images must name the folder of the images, unless save_images is none.");
  }
  const index = options.images === undefined ? undefined : await ImageIndex.of(options.images);
  const terms = await termsOf(options, source, kind);
  const leftOut = new LeftOut();
  const added = await DatasetWriter.write(options, terms, (writer) =>
    addAll({ options, source, kind, index, writer, leftOut, ...terms }),
  );
  return { ...added, leftOut: leftOut.counts, examples: leftOut.examples };
}

/** What rows are made by these options. */
export function rowKindOf({ polygons, keypoints, rotated }: ConvertShapesOptions): RowKind {
  const kinds = [polygons && "polygons", keypoints && "keypoints", rotated && "rotated"].filter(Boolean);
  if (kinds.length > 1) {
    throw new LookonceError("ARGUMENT", `A data set has one of ${kinds.join(" and ")}: drop the other.`);
  }
  return (kinds[0] || "boxes") as RowKind;
}

interface Terms {
  names: readonly string[];
  keypoints: KeypointSpec | undefined;
}

/** Classes and keypoints: those of the options, of the splits before, or of a first reading. */
async function termsOf(
  { names, keypointNames, output, annotations, onProgress }: Parameters<typeof convertAnnotations>[0],
  source: AnnotationSource,
  kind: RowKind,
): Promise<Terms> {
  const before = await configBefore(output);
  const known = names ?? before?.names;
  const points = keypointNames === undefined ? before?.keypoints : namedKeypoints(keypointNames);
  if (known !== undefined && (kind !== "keypoints" || points !== undefined)) {
    return { names: known, keypoints: kind === "keypoints" ? points : undefined };
  }
  const found = new Set<string>();
  const foundPoints = new Set<string>();
  const first: OnProgress = ({ done, total }) => onProgress?.({ done, total: 2 * total });
  for await (const image of source.read(first, "names")) {
    if ("reason" in image) continue;
    for (const { name, keypoints, fault } of image.objects) {
      if (fault === undefined) found.add(name);
      for (const point of keypoints?.keys() ?? []) foundPoints.add(point);
    }
  }
  found.delete("");
  const ordered = known ?? source.order?.(found) ?? [...found].sort();
  if (ordered.length === 0) {
    throw new LookonceError("DATA", `${annotations}: no ${source.what} there contains an object.`);
  }
  if (kind !== "keypoints") return { names: ordered, keypoints: undefined };
  const orderedPoints = source.orderKeypoints?.(foundPoints) ?? [...foundPoints];
  if (points === undefined && orderedPoints.length === 0) {
    throw new LookonceError("DATA", `${annotations}: no object there has keypoints: drop keypoints.`);
  }
  return { names: ordered, keypoints: points ?? namedKeypoints(orderedPoints) };
}

interface Adding extends Terms {
  options: ConvertOptions;
  source: AnnotationSource;
  kind: RowKind;
  index: ImageIndex | undefined;
  writer: DatasetWriter;
  leftOut: LeftOut;
}

/** Second reading: the objects. */
async function addAll(
  adding: Adding,
): Promise<Pick<ConversionResult, "images" | "background" | "objects" | "clipped">> {
  const { options, source, writer, leftOut, names } = adding;
  const counts = { objects: 0, clipped: 0 };
  const labels = new Map(names.map((name, label) => [name, label]));
  const numbers = new Map<string, number>();
  const withObject = new Set<number>();
  let images = 0;
  const second: OnProgress = ({ done, total }) => options.onProgress?.({ done: total + done, total: 2 * total });
  for await (const image of source.read(second, "all")) {
    if ("reason" in image) {
      leftOut.add("damaged-file", `${image.where}: ${image.reason}`);
      continue;
    }
    for (const { kind, reason } of image.faults ?? []) leftOut.add(kind, `${image.where}: ${reason}`);
    const placed = await place(image, adding, numbers);
    if (placed === undefined) continue;
    if (placed.isNew) images++;
    const rows = rowsOf(image, { ...adding, size: placed.size, labels });
    for (const { text } of rows) await writer.addRow(placed.number, text);
    if (rows.length > 0) withObject.add(placed.number);
    counts.objects += rows.length;
    counts.clipped += rows.filter(({ clipped }) => clipped).length;
  }
  if (images === 0) throw leftOut.allLeftOut(options.annotations);
  return { images, background: images - withObject.size, ...counts };
}

/** Adds the image that annotations are about; `undefined`, with the reason reported, where there is none. */
async function place(
  image: AnnotatedImage,
  { options, index, source, writer, leftOut }: Adding,
  numbers: Map<string, number>,
): Promise<{ number: number; size: Size; isNew: boolean } | undefined> {
  const { where, filename = "", stem = "", bytes } = image;
  const file = bytes ?? index?.find(filename) ?? index?.findStem(stem);
  if (file === undefined && (index !== undefined || options.saveImages !== "none")) {
    leftOut.add("missing-image", `${where}: there is no image ${filename || stem}`);
    return undefined;
  }
  const size = await sizeOf(image, file);
  const name = typeof file === "string" ? basename(file) : safeName(filename) || stem;
  if (size === undefined) {
    leftOut.add("no-size", `${where}: the size of ${name} is not known`);
    return undefined;
  }
  const known = source.repeats ? numbers.get(name) : undefined;
  if (known !== undefined) return { number: known, size, isNew: false };
  const number = await writer.addImage(name, file);
  if (number === undefined) {
    leftOut.add("name-taken", `${where}: another image is called ${name}, too`);
    return undefined;
  }
  if (source.repeats) numbers.set(name, number);
  return { number, size, isNew: true };
}

interface RowContext extends Pick<Adding, "options" | "kind" | "leftOut" | "keypoints"> {
  size: Size;
  labels: ReadonlyMap<string, number>;
}

function rowsOf({ where, objects }: AnnotatedImage, context: RowContext): { text: string; clipped: boolean }[] {
  const { labels, leftOut, kind, keypoints, size, options } = context;
  return objects.flatMap((object, i) => {
    const what = `${where}: object ${i + 1} ("${object.name}")`;
    const label = labels.get(object.name);
    if (object.difficult && !options.difficult) leftOut.add("difficult", `${what} is marked as difficult`);
    else if (object.fault !== undefined) leftOut.add(object.fault.kind, `${what}: ${object.fault.reason}`);
    else if (label === undefined) leftOut.add("unknown-class", `${what} is of no known class`);
    else {
      reportUnknownPoints(object, { what, keypoints, leftOut });
      const row = annotatedRow(object, { label, size, kind, keypoints });
      if (typeof row !== "string") return [row];
      leftOut.add(row, `${what} has the box ${(object.box ?? object.outline ?? []).slice(0, 40).join(" ")}`);
    }
    return [];
  });
}

function reportUnknownPoints(
  object: AnnotatedObject,
  { what, keypoints, leftOut }: { what: string; keypoints: KeypointSpec | undefined; leftOut: LeftOut },
): void {
  if (keypoints === undefined) return;
  for (const name of object.keypoints?.keys() ?? []) {
    if (!keypoints.names?.includes(name)) leftOut.add("keypoints", `${what} has a keypoint "${name}" of no known name`);
  }
}
