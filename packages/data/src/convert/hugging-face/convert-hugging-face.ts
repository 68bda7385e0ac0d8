import { parseJsonValue } from "@lookonce/documents";
import { LookonceError } from "@lookonce/errors";
import { basename, dirname, existsSync, join, readdir } from "@lookonce/files";
import { isFolder } from "../../find-images.ts";
import { nearestName } from "../../nearest-name.ts";
import type { OnProgress } from "../../verify/verify-images.ts";
import type { AnnotatedImage, RowKind } from "../annotated-image.ts";
import type { ConversionResult } from "../conversion-result.ts";
import { type AnnotationSource, type ConvertOptions, convertAnnotations } from "../convert-annotations.ts";
import { asTable } from "../json-value.ts";
import { readTexts } from "../read-pieces.ts";
import { openParquet, type ParquetFile } from "./read-parquet.ts";
import { className, rowImage } from "./row-image.ts";

/**
 * Options of {@link convertHuggingFace}: `annotations` is a Parquet file, a folder of them or of ImageFolder, or its `metadata.jsonl`.
 */
export interface ConvertHuggingFaceOptions extends ConvertOptions {
  /** Write outlines where there are some (`objects.segmentation`, as COCO has it), not just boxes. Default `false`. */
  polygons?: boolean;
}

/** Limits of a line of `metadata.jsonl`. */
const limits = { characters: 64_000_000, values: 1_000_000, depth: 16 };

/** What the library `datasets` calls the splits, at the start of a file's name. */
const splitNames = { train: /^train\b/, val: /^val(id(ation)?)?\b/, test: /^test\b/ } as const;

/**
 * Makes a YOLO data set of a Hugging Face data set for object detection: Parquet files with the images in them, or ImageFolder
 * (https://huggingface.co/docs/datasets/image_dataset#object-detection), whose images may lie beside `metadata.jsonl`.
 *
 * Boxes are left, top, width and height in pixels. Classes are the data set's, of texts those in alphabetical order, of mere numbers
 * `class0`, `class1`, … Of a folder of Parquet files those of the split are read. The decoder of Parquet believes what pages contain: a file
 * made to do harm can use up memory.
 *
 * @throws LookonceError `NOT_FOUND`, `FORMAT`, `DATA`, `ARGUMENT` or `IO`; nothing half done is left behind
 */
export async function convertHuggingFace(options: ConvertHuggingFaceOptions): Promise<ConversionResult> {
  const kind: RowKind = options.polygons ? "polygons" : "boxes";
  const place = await findAnnotations(options);
  if (typeof place === "string") {
    const images = options.saveImages === "none" ? {} : { images: dirname(place) };
    return convertAnnotations({ ...images, ...options }, linesSource(place, options), kind);
  }
  const files: ParquetFile[] = [];
  for (const path of place) files.push(await openParquet(path));
  return convertAnnotations(options, parquetSource(files, options), kind);
}

/** The Parquet files, or `metadata.jsonl`. */
async function findAnnotations({
  annotations,
  split = "train",
}: ConvertHuggingFaceOptions): Promise<string[] | string> {
  if (!(await isFolder(annotations))) return /\.parquet$/i.test(annotations) ? [annotations] : annotations;
  for (const folder of [annotations, join(annotations, split)]) {
    if (existsSync(join(folder, "metadata.jsonl"))) return join(folder, "metadata.jsonl");
  }
  for (const folder of [annotations, join(annotations, "data")]) {
    const names = await readdir(folder).catch(() => []);
    const files = names.filter((name) => /\.parquet$/i.test(name)).sort();
    const named = files.filter((name) => Object.values(splitNames).some((pattern) => pattern.test(name)));
    const own = files.filter((name) => splitNames[split].test(name));
    if (files.length === 0) continue;
    if (named.length > 0 && own.length === 0) {
      throw new LookonceError(
        "DATA",
        `${folder} has no Parquet file of ${split}; it has ${files.slice(0, 5).join(", ")}.`,
      );
    }
    return (named.length > 0 ? own : files).map((name) => join(folder, name));
  }
  const hint = await nearestName(annotations);
  throw new LookonceError("DATA", `${annotations} has neither Parquet files nor metadata.jsonl.${hint}`);
}

function parquetSource(files: readonly ParquetFile[], { names: chosen }: ConvertOptions): AnnotationSource {
  const names = files.find((file) => file.names !== undefined)?.names;
  const total = files.reduce((sum, { rows }) => sum + rows, 0);
  return {
    what: "row",
    hasImages: true,
    async *read(onProgress, reading) {
      let done = 0;
      for (const file of files) {
        for await (const rows of file.read({ withImages: reading === "all" })) {
          for (const [i, row] of rows.entries()) {
            const where = `${basename(file.path)}: row ${done + i + 1}`;
            yield rowImage(row, { where, names: names ?? chosen });
          }
          done += rows.length;
          onProgress({ done, total });
        }
      }
    },
    order: (found) => names ?? orderOf(found),
  };
}

function linesSource(file: string, { names }: ConvertOptions): AnnotationSource {
  return {
    what: "line",
    read: (onProgress) => readLines(file, { names, onProgress }),
    order: orderOf,
  };
}

async function* readLines(
  file: string,
  { names, onProgress }: { names: readonly string[] | undefined; onProgress: OnProgress },
): AsyncGenerator<AnnotatedImage> {
  let rest = "";
  let count = 0;
  const read = (line: string): AnnotatedImage[] => {
    count++;
    if (line.trim() === "") return [];
    const where = `${basename(file)}, line ${count}`;
    return [rowImage(asTable(parseJsonValue(line, { name: `${file}, line ${count}`, limits })), { where, names })];
  };
  for await (const { text, done, total } of readTexts(file)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > limits.characters) throw new LookonceError("FORMAT", `${file}, line ${count + 1} is too long.`);
    for (const line of lines) yield* read(line);
    onProgress({ done, total });
  }
  yield* read(rest);
}

/** Texts in alphabetical order; mere numbers from 0 to the highest. */
function orderOf(found: ReadonlySet<string>): string[] {
  const numbers = Array.from(found, (name) => Number(/^class(\d{1,6})$/.exec(name)?.[1] ?? Number.NaN));
  if (!numbers.every(Number.isInteger)) return [...found].sort();
  const highest = numbers.reduce((most, number) => Math.max(most, number), -1);
  return Array.from({ length: highest + 1 }, (_, label) => className(label));
}
