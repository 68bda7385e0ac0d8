import { LookonceError } from "@lookonce/errors";
import { findClassImages } from "./class-folders.ts";
import type { DatasetConfig } from "./dataset-config.ts";
import { findImages } from "./find-images.ts";
import { kindOf, requireOutlines } from "./label-kinds.ts";
import {
  type DatasetEntry,
  type KeypointSpec,
  type LabeledObjects,
  type LabelKind,
  labelPath,
  pickObjects,
} from "./labels.ts";
import type { DataProblem, ProblemKind } from "./problem.ts";
import { readDatasetConfig } from "./read-dataset-config.ts";
import { folderLabels, type LabelSource, labelFiles } from "./verify/label-source.ts";
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
  /** The data set file or the folder of classes, or what was read of it before. */
  yaml: string | DatasetConfig;
  /**
   * What the labels are, as the task needs them. Default: `keypoints` where the data set file has `kpt_shape`, `folders` for a
   * folder of classes, otherwise `boxes`, which reads outlines as well.
   */
  labels?: LabelKind;
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
  /** What the objects are. */
  readonly labels: LabelKind;
  /** Of labels that are `keypoints`. */
  readonly keypoints: KeypointSpec | undefined;
  /** Grows when an image turns out to be damaged while it is loaded. */
  readonly report: DatasetReport;

  private constructor(
    { verified, folderProblems }: Checked,
    { names, split, root, entries, labels, keypoints }: Omit<Dataset, "report" | "markCorrupt">,
  ) {
    this.names = names;
    this.split = split;
    this.root = root;
    this.entries = entries;
    this.labels = labels;
    this.keypoints = keypoints;
    const usable = verified.filter((image) => image.usable);
    const problems = [...verified.flatMap((image) => image.problems), ...folderProblems];
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
    const { split, singleCls = false } = options;
    const config = typeof options.yaml === "string" ? await readDatasetConfig(options.yaml) : options.yaml;
    const labels = kindOf(config, options.labels);
    checkOptions(options, config);
    const { paths, source, problems: folderProblems } = await findLabels(labels, { config, split, singleCls });
    const verified = await verifyOnce(paths, { ...options, root: config.root, labels: source });
    const usable = verified.filter((image) => image.usable);
    const where = `${config.file}: ${split}`;
    checkUsable(verified, usable, where);
    const entries = usable.map(({ path, width, height, objects }) => {
      return { path, width, height, ...selectObjects(objects, options) };
    });
    requireOutlines(labels, entries, where);
    return new Dataset(
      { verified, folderProblems },
      {
        ...{ split, root: config.root, entries, labels },
        names: singleCls ? ["item"] : config.names,
        keypoints: labels === "keypoints" ? config.keypoints : undefined,
      },
    );
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

interface Checked {
  verified: readonly VerifiedImage[];
  folderProblems: readonly DataProblem[];
}

/** With a single class, the numbers in label files do not matter. */
const anyClass = Number.MAX_SAFE_INTEGER;

/** The images of a split, and where their objects stand. */
async function findLabels(
  kind: LabelKind,
  { config, split, singleCls }: { config: DatasetConfig; split: string; singleCls: boolean },
): Promise<{ paths: string[]; source: LabelSource; problems: readonly DataProblem[] }> {
  const paths = await findImages(config, split);
  const { names, keypoints } = config;
  if (kind !== "folders") {
    const format = { kind, ...(keypoints === undefined ? {} : { keypoints }) };
    return { paths, source: labelFiles(paths, singleCls ? anyClass : names.length, format), problems: [] };
  }
  const { labels, problems } = await findClassImages(config, split);
  return { paths: [...labels.keys()], source: folderLabels(labels, { root: config.root, split, names }), problems };
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
  const rows = [...objects.classes.keys()].filter((row) => wanted?.includes(objects.classes[row] ?? -1) ?? true);
  const kept = wanted === undefined ? objects : pickObjects(objects, rows);
  return singleCls ? { ...kept, classes: new Int32Array(kept.classes.length) } : kept;
}
