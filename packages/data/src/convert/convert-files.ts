import { LookonceError } from "@lookonce/errors";
import { basename, extname, join, readdir, readRegular, textOf } from "@lookonce/files";
import { isFolder } from "../find-images.ts";
import { nearestName } from "../nearest-name.ts";
import type { AnnotatedImage, RowKind } from "./annotated-image.ts";
import type { ConversionResult } from "./conversion-result.ts";
import { type AnnotationSource, type ConvertOptions, convertAnnotations } from "./convert-annotations.ts";

/** Options of conversions of a folder with an annotation file for each image. */
export interface ConvertFilesOptions extends ConvertOptions {
  /** Folder of the annotation files. */
  annotations: string;
  /** A list of names, a line each, of the annotation files to read. Default: all. */
  list?: string;
}

/** What an annotation file says of an image. */
export type FileAnnotation = Omit<AnnotatedImage, "where" | "stem">;

/** A format with an annotation file for each image. */
export interface FileFormat extends Pick<AnnotationSource, "order"> {
  /** For messages, such as `XML file`. */
  what: string;
  /** How the files' names end. */
  ending: `.${string}`;
  /** What the file says; throws whatever is wrong with it. */
  read(bytes: Uint8Array): FileAnnotation | Promise<FileAnnotation>;
  /** What the rows are. */
  kind: RowKind;
}

/**
 * Makes a YOLO data set of annotations in a file for each image, a file at a time.
 *
 * @throws LookonceError `NOT_FOUND`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export async function convertFiles(options: ConvertFilesOptions, format: FileFormat): Promise<ConversionResult> {
  const { what, ending, kind, order } = format;
  const files = await listFiles(options, format);
  const source: AnnotationSource = {
    what,
    ...(order === undefined ? {} : { order }),
    async *read(onProgress) {
      for (const [done, file] of files.entries()) {
        onProgress({ done: done + 1, total: files.length });
        const annotation = await read(file, format);
        const stem = basename(file).slice(0, -ending.length);
        yield typeof annotation === "string"
          ? { where: file, reason: annotation }
          : { ...annotation, where: file, stem };
      }
    },
  };
  return convertAnnotations(options, source, kind);
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

/** The annotation, or what is wrong with the file. */
async function read(file: string, format: FileFormat): Promise<FileAnnotation | string> {
  try {
    return await format.read(await readRegular(file, { what: "annotation", maxBytes: 64_000_000 }));
  } catch (error) {
    return (error as Error).message;
  }
}
