import { type DataConvertArgs, withDefaults } from "@lookonce/config";
import type {
  ConversionResult,
  ConvertCocoOptions,
  Dataset,
  OnProgress,
  SaveImages,
  WrittenAnnotations,
} from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { extname, readdir, readRegularSync, textOf } from "@lookonce/files";
import { type LogOptions, openDataset } from "../open-dataset.ts";

/** Options of {@link convertData}. */
export interface ConvertDataOptions extends DataConvertArgs {
  /** Called with the progress. */
  onProgress?: OnProgress;
}

/** Options of {@link convertData} that only some formats have. */
type Own = "list" | "classes" | "difficult" | "polygons" | "keypoints" | "rotated" | "keypointNames";

/** Options of formats with several shapes. */
const shapes = ["classes", "polygons", "keypoints", "rotated", "keypointNames"] as const;

type Data = typeof import("@lookonce/data");
type Converter = (data: Data, options: ConvertDataOptions & { annotations: string }) => Promise<ConversionResult>;
type Place = { output: string; saveImages: SaveImages };
type Writer = (data: Data, dataset: Dataset, place: Place) => Promise<WrittenAnnotations>;

/** One format of annotations. */
interface Format {
  title: string;
  own: readonly Own[];
  convert: Converter;
  write?: Writer;
}

/** The formats of annotations. */
const formats: Record<string, Format> = {
  coco: {
    title: "COCO",
    own: ["polygons", "keypoints"],
    convert: (data, options) => data.convertCoco(options as ConvertCocoOptions),
    write: (data, dataset, { output }) => data.writeCoco(dataset, output),
  },
  voc: {
    title: "VOC",
    own: ["list", "classes", "difficult"],
    convert: (data, options) => data.convertVoc(namedOptions(options)),
    write: (data, dataset, { output, saveImages }) => data.writeVoc(dataset, output, { saveImages }),
  },
  dota: {
    title: "DOTA",
    own: ["list", "classes", "difficult"],
    convert: (data, options) => data.convertDota(namedOptions(options)),
    write: (data, dataset, { output }) => data.writeDota(dataset, output),
  },
  cvat: {
    title: "CVAT",
    own: [...shapes, "difficult"],
    convert: (data, options) => data.convertCvat(namedOptions(options)),
    write: (data, dataset, { output, saveImages }) => data.writeCvat(dataset, output, { saveImages }),
  },
  "label-studio": {
    title: "Label Studio",
    own: shapes,
    convert: (data, options) => data.convertLabelStudio(namedOptions(options)),
    write: (data, dataset, { output }) => data.writeLabelStudio(dataset, output),
  },
  labelme: {
    title: "LabelMe",
    own: [...shapes, "difficult", "list"],
    convert: (data, options) => data.convertLabelMe(namedOptions(options)),
    write: (data, dataset, { output, saveImages }) => data.writeLabelMe(dataset, output, { saveImages }),
  },
  "open-images": {
    title: "Open Images",
    own: ["classes"],
    convert: (data, options) => data.convertOpenImages(namedOptions(options)),
    write: (data, dataset, { output, saveImages }) => data.writeOpenImages(dataset, output, { saveImages }),
  },
  "hugging-face": {
    title: "Hugging Face",
    own: ["classes", "polygons"],
    convert: (data, options) => data.convertHuggingFace(namedOptions(options)),
    write: (data, dataset, { output, saveImages }) => data.writeHuggingFace(dataset, output, { saveImages }),
  },
  imagefolder: {
    title: "ImageFolder",
    own: ["classes", "polygons"],
    convert: (data, options) => data.convertHuggingFace(namedOptions(options)),
    write: (data, dataset, { output, saveImages }) => data.writeImageFolder(dataset, output, { saveImages }),
  },
  masks: {
    title: "masks",
    own: ["list", "classes"],
    convert: (data, options) => data.convertMasks(namedOptions(options)),
  },
} satisfies Record<Exclude<DataConvertArgs["from"] | DataConvertArgs["to"], "auto" | "yolo" | undefined>, Format>;

/** The formats of folders by how their files' names end; the first that fits counts, since images may lie among them. */
const folderFormats = {
  ".parquet": "hugging-face",
  ".jsonl": "imagefolder",
  ".xml": "voc",
  ".json": "labelme",
  ".txt": "dota",
  ".png": "masks",
} as const;

/** The formats of files by how their names end. */
const fileFormats: Readonly<Record<string, string>> = {
  ".xml": "cvat",
  ".csv": "open-images",
  ".parquet": "hugging-face",
  ".jsonl": "imagefolder",
};

/**
 * Makes a YOLO data set of another program's annotations.
 *
 * @throws LookonceError `ARGUMENT` for an option of another format, and as the conversions of `@lookonce/data`
 */
export async function convertData(options: ConvertDataOptions): Promise<ConversionResult> {
  const { annotations, from = "auto" } = options;
  if (annotations === undefined) {
    throw new LookonceError("ARGUMENT", "annotations must name what to convert: a file, such as COCO's, or a folder.");
  }
  const format = formatNamed(from === "auto" ? await formatOf(annotations) : from);
  refuseOthers(options, format);
  return format.convert(await import("@lookonce/data"), { ...options, annotations });
}

/** Options of {@link writeAnnotations}. */
export type WriteAnnotationsOptions = DataConvertArgs & LogOptions;

/**
 * Writes the labels of a data set's split in another program's format.
 *
 * @throws LookonceError when the data set cannot be used, `ARGUMENT` for options of a conversion from elsewhere, `IO`
 */
export async function writeAnnotations(options: WriteAnnotationsOptions): Promise<WrittenAnnotations> {
  const values = withDefaults("data convert", options);
  const { data, to, split, rotated, log = () => {} } = values;
  if (data === undefined) throw new LookonceError("ARGUMENT", `data must name the data set to write as ${to}.`);
  if (options.annotations !== undefined) {
    throw new LookonceError(
      "ARGUMENT",
      `annotations are converted to YOLO's labels, not to ${to}: drop annotations or to.`,
    );
  }
  const { write } = formatNamed(to);
  if (write === undefined) throw new LookonceError("ARGUMENT", `to cannot be ${to}.`);
  const dataset = await openDataset(data, { split, log, ...(rotated || to === "dota" ? { labels: "rotated" } : {}) });
  return write(await import("@lookonce/data"), dataset, values);
}

function formatNamed(name: string): Format {
  const format = formats[name];
  if (format !== undefined) return format;
  throw new LookonceError("ARGUMENT", `There is no format "${name}"; there are ${Object.keys(formats).join(", ")}.`);
}

/** The options of formats whose classes can be chosen. */
function namedOptions<T extends ConvertDataOptions>({
  classes,
  ...options
}: T): Omit<T, "classes"> & { names?: readonly string[] } {
  return classes === undefined ? options : { ...options, names: classes };
}

async function formatOf(annotations: string): Promise<string> {
  const names = await readdir(annotations).catch(() => undefined);
  if (names === undefined) return fileFormats[extname(annotations).toLowerCase()] ?? jsonFormat(annotations);
  const endings = new Set(names.map((name) => extname(name).toLowerCase()));
  const found = Object.entries(folderFormats).find(([ending]) => endings.has(ending))?.[1];
  // Folders of Hugging Face have folders of splits, or one of data
  return found ?? (names.some((name) => /^(data|train|validation|test)$/.test(name)) ? "hugging-face" : "voc");
}

/** COCO's file is a table, Label Studio's a list. */
function jsonFormat(file: string): string {
  let start = "";
  try {
    start = textOf(readRegularSync(file, { what: "annotation file", first: 100 }));
  } catch {
    // The reader names what is wrong
  }
  return /^\uFEFF?\s*\[/.test(start) ? "label-studio" : "coco";
}

/** Options of other formats do nothing, which their author should know. */
function refuseOthers(options: ConvertDataOptions, format: Format): void {
  const isSet = (key: Own): boolean => options[key] !== undefined && options[key] !== false;
  const all = Object.values(formats);
  const other = all.flatMap(({ own }) => own).find((key) => isSet(key) && !format.own.includes(key));
  if (other === undefined) return;
  const owners = all.filter(({ own }) => own.includes(other)).map(({ title }) => title);
  throw new LookonceError("ARGUMENT", `${other} is only for annotations in the form of ${owners.join(" or ")}.`);
}
