import { type DataConvertArgs, withDefaults } from "@lookonce/config";
import type {
  ConversionResult,
  ConvertCocoOptions,
  ConvertVocOptions,
  OnProgress,
  WrittenAnnotations,
} from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { extname, readdir } from "@lookonce/files";
import { type LogOptions, openDataset } from "../open-dataset.ts";

/** Options of {@link convertData}. */
export interface ConvertDataOptions extends DataConvertArgs {
  /** Called with the progress. */
  onProgress?: OnProgress;
}

/** Options of {@link convertData} that only some formats have. */
type Own = "list" | "classes" | "difficult" | "polygons" | "keypoints";

type Converter = (options: ConvertDataOptions & { annotations: string }) => Promise<ConversionResult>;

/** The formats that annotations are read in. */
const formats: Record<"coco" | "voc" | "dota" | "masks", { title: string; own: readonly Own[]; convert: Converter }> = {
  coco: {
    title: "COCO",
    own: ["polygons", "keypoints"],
    convert: async (options) => (await import("@lookonce/data")).convertCoco(options as ConvertCocoOptions),
  },
  voc: {
    title: "VOC",
    own: ["list", "classes", "difficult"],
    convert: async (options) => (await import("@lookonce/data")).convertVoc(fileOptions(options)),
  },
  dota: {
    title: "DOTA",
    own: ["list", "classes", "difficult"],
    convert: async (options) => (await import("@lookonce/data")).convertDota(fileOptions(options)),
  },
  masks: {
    title: "masks",
    own: ["list", "classes"],
    convert: async (options) => (await import("@lookonce/data")).convertMasks(fileOptions(options)),
  },
};

type Format = keyof typeof formats;

/** The formats of folders of annotation files, by how the files' names end. */
const folderFormats: Readonly<Record<string, Format>> = { ".xml": "voc", ".txt": "dota", ".png": "masks" };

/**
 * Makes a YOLO data set of annotations of COCO, Pascal VOC or DOTA, or of masks.
 *
 * @throws LookonceError `ARGUMENT` for an option of another format, and as the conversions of `@lookonce/data`
 */
export async function convertData(options: ConvertDataOptions): Promise<ConversionResult> {
  const { annotations, from = "auto" } = options;
  if (annotations === undefined) {
    throw new LookonceError("ARGUMENT", "annotations must name what to convert: a file of COCO, or a folder.");
  }
  const format: Format = from === "auto" ? await formatOf(annotations) : from;
  refuseOthers(options, format);
  return formats[format].convert({ ...options, annotations });
}

/** Options of {@link writeAnnotations}. */
export type WriteAnnotationsOptions = DataConvertArgs & LogOptions;

/**
 * Writes the labels of a data set's split as one COCO file, or as a folder of DOTA's text files.
 *
 * @throws LookonceError when the data set cannot be used, `ARGUMENT` for options of a conversion from elsewhere, `IO`
 */
export async function writeAnnotations(options: WriteAnnotationsOptions): Promise<WrittenAnnotations> {
  const { data, to, output, split, log = () => {} } = withDefaults("data convert", options);
  if (data === undefined) throw new LookonceError("ARGUMENT", `data must name the data set to write as ${to}.`);
  if (options.annotations !== undefined) {
    throw new LookonceError(
      "ARGUMENT",
      `annotations are converted to YOLO's labels, not to ${to}: drop annotations or to.`,
    );
  }
  const { writeCoco, writeDota } = await import("@lookonce/data");
  const isDota = to === "dota";
  const dataset = await openDataset(data, { split, log, ...(isDota ? { labels: "rotated" } : {}) });
  return isDota ? writeDota(dataset, output) : writeCoco(dataset, output);
}

function fileOptions({ images, classes, ...options }: Parameters<Converter>[0]): ConvertVocOptions {
  if (images === undefined) throw new LookonceError("ARGUMENT", "images must name the folder of the images.");
  return { ...options, images, ...(classes === undefined ? {} : { names: classes }) } as ConvertVocOptions;
}

async function formatOf(annotations: string): Promise<Format> {
  const names = await readdir(annotations).catch(() => undefined);
  if (names === undefined) return "coco";
  const found = names.map((name) => folderFormats[extname(name).toLowerCase()]).find((format) => format !== undefined);
  return found ?? "voc";
}

/** Options of other formats do nothing, which their author should know. */
function refuseOthers(options: ConvertDataOptions, format: Format): void {
  const isSet = (key: Own): boolean => options[key] !== undefined && options[key] !== false;
  const all = Object.values(formats);
  const other = all.flatMap(({ own }) => own).find((key) => isSet(key) && !formats[format].own.includes(key));
  if (other === undefined) return;
  const owners = all.filter(({ own }) => own.includes(other)).map(({ title }) => title);
  throw new LookonceError("ARGUMENT", `${other} is only for annotations in the form of ${owners.join(" or ")}.`);
}
