import { LookonceError } from "@lookonce/errors";
import { type DatasetConfig, readDatasetConfig } from "./dataset-config.ts";
import { findImages } from "./find-images.ts";
import { type DatasetEntry, type LabeledObjects, labelPath } from "./labels.ts";
import type { DataProblem, ProblemKind } from "./problem.ts";
import type { VerifiedImage } from "./verify/verify-images.ts";
import { type VerifyOptions, verifyOnce } from "./verify/verify-once.ts";

/** What was found when a data set was opened, and what was left out. */
export interface DatasetReport {
  /** Images that can be used: `found` + `missing`. */
  images: number;
  /** Images that cannot be used. */
  unusable: number;
  /** Objects that can be used. */
  instances: number;
  /** Usable images with a label file, empty ones included. */
  found: number;
  /** Usable images without a label file: background. */
  missing: number;
  /** Label files without a row: background. */
  empty: number;
  /** Images that cannot be used, and label files with rows that were left out. */
  corrupt: number;
  /** Usable images that their files store turned or mirrored; they are rotated upright when read (EXIF orientation). */
  oriented: number;
  /** How many problems there are of each kind. */
  kinds: Partial<Record<ProblemKind, number>>;
  /** Everything that was left out. */
  problems: DataProblem[];
}

/** Options of {@link Dataset.open}. */
export interface DatasetOptions extends VerifyOptions {
  /** The data set file, or its content as read before. */
  yaml: string | DatasetConfig;
  /** Treat all objects as one class, named `item`. Default `false`. */
  singleCls?: boolean;
  /** Keep only objects of these class numbers; the numbers stay, and images without one become background. */
  classes?: readonly number[];
}

/** The checked images and labels of one split of a YOLO data set; pixels are read by {@link BatchLoader}. */
export class Dataset {
  readonly names: readonly string[];
  readonly split: string;
  /** Absolute folder that the data set file's paths are relative to. */
  readonly root: string;
  readonly entries: readonly DatasetEntry[];
  /** Grows when an image turns out to be damaged while it is loaded. */
  readonly report: DatasetReport;

  private constructor(
    verified: readonly VerifiedImage[],
    { names, split, root, entries }: Pick<Dataset, "names" | "split" | "root" | "entries">,
  ) {
    this.names = names;
    this.split = split;
    this.root = root;
    this.entries = entries;
    const usable = verified.filter((image) => image.usable);
    const problems = verified.flatMap((image) => image.problems);
    const kinds: DatasetReport["kinds"] = {};
    for (const { kind } of problems) kinds[kind] = (kinds[kind] ?? 0) + 1;
    this.report = {
      images: usable.length,
      unusable: verified.length - usable.length,
      instances: entries.reduce((sum, { classes }) => sum + classes.length, 0),
      found: usable.filter(({ found }) => found).length,
      missing: usable.filter(({ found }) => !found).length,
      empty: usable.filter(({ empty }) => empty).length,
      corrupt: verified.filter((image) => image.problems.length > 0).length,
      oriented: usable.filter(({ oriented }) => oriented).length,
      kinds,
      problems,
    };
  }

  /**
   * Finds the images of a split, checks them and their labels, and reports what is wrong with them.
   *
   * Damaged images and wrong label rows are left out and named in `report.problems`; an image without labels is
   * background. No file of the data set is changed.
   *
   * @throws LookonceError `NOT_FOUND`, `FORMAT`, `ARGUMENT` or `DATA` when the data set as a whole cannot be used
   */
  static async open(options: DatasetOptions): Promise<Dataset> {
    const { split } = options;
    const config = typeof options.yaml === "string" ? await readDatasetConfig(options.yaml) : options.yaml;
    checkOptions(options, config);
    const paths = await findImages(config, split);
    const verified = await verifyOnce(paths, { ...options, root: config.root, classCount: config.names.length });
    const usable = verified.filter((image) => image.usable);
    checkUsable(verified, usable, `${config.file}: ${split}`);
    const entries = usable.map(({ path, width, height, objects }) => {
      return { path, width, height, ...selectObjects(objects, options) };
    });
    const names = options.singleCls ? ["item"] : config.names;
    return new Dataset(verified, { names, split, root: config.root, entries });
  }

  /** Counts an image that turned out to be damaged after opening; the same image counts once. */
  markCorrupt(path: string, reason: string): void {
    const { report } = this;
    if (report.problems.some((problem) => problem.path === path)) return;
    report.corrupt++;
    report.kinds.corrupt = (report.kinds.corrupt ?? 0) + 1;
    report.problems.push({ path, kind: "corrupt", reason });
  }
}

function checkOptions({ fraction = 1, classes }: DatasetOptions, { file, names }: DatasetConfig): void {
  if (!(fraction > 0 && fraction <= 1)) {
    throw new LookonceError("ARGUMENT", `fraction must be above 0 and at most 1, not ${fraction}.`);
  }
  const unknown = classes?.find((label) => !(Number.isInteger(label) && label >= 0 && label < names.length));
  if (unknown !== undefined) {
    const known = `the classes of ${file} are 0 to ${names.length - 1}`;
    throw new LookonceError("ARGUMENT", `classes has ${unknown}, but ${known}.`);
  }
}

/** @param where the data set file and the split */
function checkUsable(verified: readonly VerifiedImage[], usable: readonly VerifiedImage[], where: string): void {
  const [first] = usable;
  if (first === undefined) {
    const problem = verified[0]?.problems[0];
    const what = `none of the ${verified.length} images can be used`;
    throw new LookonceError("DATA", `${where}: ${what}; the first, ${problem?.path}: ${problem?.reason}.`);
  }
  if (usable.some(({ found }) => found)) return;
  throw new LookonceError(
    "DATA",
    `${where}: none of the ${usable.length} images has labels. The objects of ${first.path} belong in ${labelPath(first.path)}, a row each: class cx cy w h. (An empty file says that an image shows nothing.)`,
  );
}

/** Keeps the objects of some classes, and with `singleCls` all as class 0. */
function selectObjects(
  objects: LabeledObjects,
  { classes: wanted, singleCls = false }: Pick<DatasetOptions, "classes" | "singleCls">,
): LabeledObjects {
  if (wanted === undefined && !singleCls) return objects;
  const kept = [...objects.classes.entries()].filter(([, label]) => wanted === undefined || wanted.includes(label));
  const polygons = objects.polygons && kept.map(([i]) => objects.polygons?.[i] ?? new Float32Array(0));
  return {
    classes: Int32Array.from(kept, ([, label]) => (singleCls ? 0 : label)),
    boxes: Float32Array.from(kept.flatMap(([i]) => [...objects.boxes.subarray(4 * i, 4 * i + 4)])),
    ...(polygons?.some(({ length }) => length > 0) ? { polygons } : {}),
  };
}
