import { LookonceError } from "@lookonce/errors";
import { basename, extname, join, readdir, readRegular, textOf } from "@lookonce/files";
import type { Size } from "@lookonce/image";
import { isFolder } from "../find-images.ts";
import { nearestName } from "../nearest-name.ts";
import type { OnProgress } from "../verify/verify-images.ts";
import { type ConversionResult, LeftOut } from "./conversion-result.ts";
import { configBefore, DatasetWriter, type TargetOptions } from "./dataset-writer.ts";
import { ImageIndex, sizeOf } from "./image-index.ts";
import type { LabelRow } from "./label-row.ts";

/** Options of conversions of a folder with an annotation file for each image. */
export interface ConvertFilesOptions extends TargetOptions {
  /** Folder of the annotation files. */
  annotations: string;
  /** Folder of the images. */
  images: string;
  /** A list of names, a line each, of the annotation files to read. Default: all. */
  list?: string;
  /** Classes by number; others are left out. Default: all, in alphabetical order, or those of the output. */
  names?: readonly string[];
  /** Use objects that are marked as difficult, too. Default `false`. */
  difficult?: boolean;
  /** Called with files read; each is read twice. */
  onProgress?: OnProgress;
}

/** An object of an annotation file. */
export interface FileObject {
  name: string;
  difficult: boolean;
  /** Its corners or outline as written; `NaN` where there is no number. */
  corners: readonly number[];
}

/** What an annotation file says of an image. */
export interface FileAnnotation {
  /** The image's name, if the file has it; otherwise it has the file's name. */
  filename?: string;
  /** Pixels; 0 where the file has none. */
  width: number;
  height: number;
  objects: readonly FileObject[];
}

/** A format with an annotation file for each image. */
export interface FileFormat {
  /** For messages, such as `XML file`. */
  what: string;
  /** How the files' names end. */
  ending: `.${string}`;
  /** What the file says; throws whatever is wrong with it. */
  read(bytes: Uint8Array): FileAnnotation | Promise<FileAnnotation>;
  /** The row of an object whose corners are numbers; `undefined` when nothing of it is left. */
  row(label: number, corners: readonly number[], size: Size): LabelRow | undefined;
  /** The classes by number, of all names in the files; default: in alphabetical order. */
  order?(found: ReadonlySet<string>): string[];
}

interface Reading {
  options: ConvertFilesOptions;
  format: FileFormat;
  files: readonly string[];
  leftOut: LeftOut;
}

/**
 * Makes a YOLO data set of annotations in a file for each image, a file at a time.
 *
 * @throws LookonceError `NOT_FOUND`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export async function convertFiles(options: ConvertFilesOptions, format: FileFormat): Promise<ConversionResult> {
  const index = await ImageIndex.of(options.images);
  const reading: Reading = { options, format, files: await listFiles(options, format), leftOut: new LeftOut() };
  const names = [...(options.names ?? (await configBefore(options.output))?.names ?? (await namesOf(reading)))];
  const added = await DatasetWriter.write(options, { names }, (writer) => addAll(reading, { index, writer, names }));
  return { ...added, leftOut: reading.leftOut.counts, examples: reading.leftOut.examples };
}

/** The annotation files, sorted, or in the order of the list. */
async function listFiles({ annotations, list }: ConvertFilesOptions, { what, ending }: FileFormat): Promise<string[]> {
  if (!(await isFolder(annotations))) {
    const hint = await nearestName(annotations);
    throw new LookonceError("NOT_FOUND", `There is no folder of ${what}s ${annotations}.${hint}`);
  }
  if (list !== undefined) {
    const names = await namesInList(list, ending);
    return names.map((name) => join(annotations, `${name}${ending}`));
  }
  const entries = await readdir(annotations);
  const files = entries.filter((name) => extname(name).toLowerCase() === ending).sort();
  if (files.length > 0) return files.map((name) => join(annotations, name));
  throw new LookonceError("DATA", `${annotations} contains no ${what}s.`);
}

/** Lists of one class have a second column: whether the image shows it. */
async function namesInList(file: string, ending: string): Promise<string[]> {
  const bytes = await readRegular(file, { what: "list of images", hint: () => nearestName(file) });
  const words = textOf(bytes)
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/)[0] ?? "");
  const endings = new Set([ending, ".jpg", ".jpeg", ".png"]);
  const names = words
    .filter((word) => word !== "")
    .map((word) => (endings.has(extname(word).toLowerCase()) ? word.slice(0, -extname(word).length) : word));
  if (names.length > 0) return names;
  throw new LookonceError("DATA", `The list ${file} is empty.`);
}

/** First reading: the classes. */
async function namesOf({ files, options, format }: Reading): Promise<string[]> {
  const names = new Set<string>();
  for (const [done, file] of files.entries()) {
    const annotation = await read(file, format);
    if (typeof annotation === "object") for (const { name } of annotation.objects) names.add(name);
    options.onProgress?.({ done: done + 1, total: 2 * files.length });
  }
  names.delete("");
  if (names.size > 0) return format.order?.(names) ?? [...names].sort();
  throw new LookonceError("DATA", `${options.annotations}: no ${format.what} there contains an object.`);
}

async function addAll(
  { files, options, format, leftOut }: Reading,
  { index, writer, names }: { index: ImageIndex; writer: DatasetWriter; names: readonly string[] },
): Promise<Pick<ConversionResult, "images" | "background" | "objects" | "clipped">> {
  const counts = { images: 0, background: 0, objects: 0, clipped: 0 };
  const labels = new Map(names.map((name, label) => [name, label]));
  for (const [done, file] of files.entries()) {
    options.onProgress?.({ done: files.length + done + 1, total: 2 * files.length });
    const annotation = await read(file, format);
    if (typeof annotation === "string") {
      leftOut.add("damaged-file", `${file}: ${annotation}`);
      continue;
    }
    const stem = basename(file).slice(0, -format.ending.length);
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
    const rows = rowsOf(annotation, { file, size, labels, leftOut, format, difficult: options.difficult ?? false });
    for (const { text } of rows) await writer.addRow(number, text);
    counts.images++;
    counts.objects += rows.length;
    if (rows.length === 0) counts.background++;
    counts.clipped += rows.filter(({ clipped }) => clipped).length;
  }
  return counts;
}

interface RowContext extends Pick<Reading, "leftOut" | "format"> {
  file: string;
  size: Size;
  labels: ReadonlyMap<string, number>;
  difficult: boolean;
}

function rowsOf({ objects }: FileAnnotation, context: RowContext): LabelRow[] {
  const { file, size, labels, leftOut, format } = context;
  return objects.flatMap(({ name, difficult, corners }, i) => {
    const object = `${file}: object ${i + 1} ("${name}")`;
    const label = labels.get(name);
    const isBox = corners.every(Number.isFinite);
    const row = label !== undefined && isBox ? format.row(label, corners, size) : undefined;
    if (difficult && !context.difficult) leftOut.add("difficult", `${object} is marked as difficult`);
    else if (label === undefined) leftOut.add("unknown-class", `${object} is of no known class`);
    else if (row === undefined) {
      leftOut.add(isBox ? "no-area" : "no-box", `${object} has the box ${corners.slice(0, 40).join(" ")}`);
    } else return [row];
    return [];
  });
}

/** The annotation, or what is wrong with the file. */
async function read(file: string, format: FileFormat): Promise<FileAnnotation | string> {
  try {
    return await format.read(await readRegular(file, { what: "annotation", maxBytes: 64_000_000 }));
  } catch (error) {
    return (error as Error).message;
  }
}
