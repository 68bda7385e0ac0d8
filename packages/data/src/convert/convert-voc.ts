import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { readRegular } from "@lookonce/files";
import type { Size } from "@lookonce/image";
import { isFolder } from "../find-images.ts";
import { nearestName } from "../nearest-name.ts";
import type { OnProgress } from "../verify/verify-images.ts";
import { type ConversionResult, LeftOut } from "./conversion-result.ts";
import { configBefore, DatasetWriter, type TargetOptions } from "./dataset-writer.ts";
import { ImageIndex, sizeOf } from "./image-index.ts";
import { boxRow, type LabelRow } from "./label-row.ts";
import { readVoc, type VocAnnotation } from "./read-voc.ts";

export interface ConvertVocOptions extends TargetOptions {
  /** Folder of XML files, such as `VOC2007/Annotations`. */
  annotations: string;
  /** Folder of images, such as `VOC2007/JPEGImages`. */
  images: string;
  /** A list of names, a line each, of the XML files to read, such as `ImageSets/Main/train.txt`. Default: all. */
  list?: string;
  /** Classes by number; others are left out. Default: all, in alphabetical order, or those of the output. */
  names?: readonly string[];
  /** Use objects that are marked as difficult, too. Default `false`. */
  difficult?: boolean;
  /** Called with files read; each is read twice. */
  onProgress?: OnProgress;
}

interface Reading {
  options: ConvertVocOptions;
  files: readonly string[];
  leftOut: LeftOut;
}

/**
 * Makes a YOLO data set of Pascal VOC annotations, a file at a time.
 *
 * VOC counts pixels from 1 and includes the last, so that a box reaches from `xmin − 1` to `xmax`. Objects marked as
 * difficult are left out unless asked for, parts of objects always; boxes are cut off at the image's border.
 *
 * @throws LookonceError `NOT_FOUND`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export async function convertVoc(options: ConvertVocOptions): Promise<ConversionResult> {
  const index = await ImageIndex.of(options.images);
  const reading: Reading = { options, files: await listAnnotations(options), leftOut: new LeftOut() };
  const names = [...(options.names ?? (await configBefore(options.output))?.names ?? (await namesOf(reading)))];
  const added = await DatasetWriter.write(options, names, (writer) => addAll(reading, { index, writer, names }));
  return { ...added, leftOut: reading.leftOut.counts, examples: reading.leftOut.examples };
}

/** The XML files, sorted, or in the order of the list. */
async function listAnnotations({ annotations, list }: ConvertVocOptions): Promise<string[]> {
  if (!(await isFolder(annotations))) {
    const hint = await nearestName(annotations);
    throw new LookonceError("NOT_FOUND", `There is no folder of XML files ${annotations}.${hint}`);
  }
  if (list !== undefined) return (await namesInList(list)).map((name) => join(annotations, `${name}.xml`));
  const entries = await readdir(annotations);
  const files = entries.filter((name) => /\.xml$/i.test(name)).sort();
  if (files.length > 0) return files.map((name) => join(annotations, name));
  throw new LookonceError("DATA", `${annotations} contains no XML files.`);
}

/** Lists of one class have a second column: whether the image shows it. */
async function namesInList(file: string): Promise<string[]> {
  const bytes = await readRegular(file, { what: "list of images", hint: () => nearestName(file) });
  const words = bytes
    .toString("utf8")
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/)[0] ?? "");
  const names = words.filter((word) => word !== "").map((word) => word.replace(/\.(xml|jpe?g|png)$/i, ""));
  if (names.length > 0) return names;
  throw new LookonceError("DATA", `The list ${file} is empty.`);
}

/** First reading: the classes, in alphabetical order. */
async function namesOf({ files, options }: Reading): Promise<string[]> {
  const names = new Set<string>();
  for (const [done, file] of files.entries()) {
    const annotation = await parse(file);
    if (typeof annotation === "object") for (const { name } of annotation.objects) names.add(name);
    options.onProgress?.({ done: done + 1, total: 2 * files.length });
  }
  names.delete("");
  if (names.size > 0) return [...names].sort();
  throw new LookonceError("DATA", `${options.annotations}: no XML file there contains an object of VOC's form.`);
}

async function addAll(
  { files, options, leftOut }: Reading,
  { index, writer, names }: { index: ImageIndex; writer: DatasetWriter; names: readonly string[] },
): Promise<Pick<ConversionResult, "images" | "background" | "objects" | "clipped">> {
  const counts = { images: 0, background: 0, objects: 0, clipped: 0 };
  const labels = new Map(names.map((name, label) => [name, label]));
  for (const [done, file] of files.entries()) {
    options.onProgress?.({ done: files.length + done + 1, total: 2 * files.length });
    const annotation = await parse(file);
    if (typeof annotation === "string") {
      leftOut.add("damaged-file", `${file}: ${annotation}`);
      continue;
    }
    // Named as the XML says, or as the XML file is
    const stem = basename(file).replace(/\.xml$/i, "");
    const source = (annotation.filename && index.find(annotation.filename)) || index.findStem(stem);
    if (source === undefined) {
      leftOut.add("missing-image", `${file}: there is no image ${annotation.filename ?? stem}`);
      continue;
    }
    const size = await sizeOf(annotation, source);
    if (size === undefined) {
      leftOut.add("no-size", `${file}: the size of ${source} is not known`);
      continue;
    }
    const name = basename(source);
    const number = await writer.addImage(name, source);
    if (number === undefined) {
      leftOut.add("name-taken", `${file}: another image is called ${name}, too`);
      continue;
    }
    const rows = rowsOf(annotation, { file, size, labels, leftOut, difficult: options.difficult ?? false });
    for (const { text } of rows) await writer.addRow(number, text);
    counts.images++;
    counts.objects += rows.length;
    if (rows.length === 0) counts.background++;
    counts.clipped += rows.filter(({ clipped }) => clipped).length;
  }
  return counts;
}

function rowsOf(
  { objects }: VocAnnotation,
  context: { file: string; size: Size; labels: ReadonlyMap<string, number>; leftOut: LeftOut; difficult: boolean },
): LabelRow[] {
  const { file, size, labels, leftOut } = context;
  return objects.flatMap(({ name, difficult, corners }, i) => {
    const object = `${file}: object ${i + 1} ("${name}")`;
    const label = labels.get(name);
    const [xmin, ymin, xmax, ymax] = corners;
    const isBox = corners.every(Number.isFinite);
    const row = label !== undefined && isBox ? boxRow(label, [xmin - 1, ymin - 1, xmax, ymax], size) : undefined;
    if (difficult && !context.difficult) leftOut.add("difficult", `${object} is marked as difficult`);
    else if (label === undefined) leftOut.add("unknown-class", `${object} is of no known class`);
    else if (row === undefined) leftOut.add(isBox ? "no-area" : "no-box", `${object} has the box ${corners.join(" ")}`);
    else return [row];
    return [];
  });
}

/** The annotation, or what is wrong with the file. */
async function parse(file: string): Promise<VocAnnotation | string> {
  try {
    return readVoc((await readRegular(file, { what: "annotation", maxBytes: 64_000_000 })).toString("utf8"));
  } catch (error) {
    return (error as Error).message;
  }
}
