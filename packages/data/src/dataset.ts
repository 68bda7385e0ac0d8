import { readFile } from "node:fs/promises";
import { LookonceError } from "@lookonce/errors";
import { checkPicture } from "./check-picture.ts";
import { type DatasetConfig, readDatasetConfig } from "./dataset-config.ts";
import { findPictures } from "./find-pictures.ts";
import { type DataProblem, type Labels, labelPath, parseLabels } from "./labels.ts";
import { mapConcurrently } from "./map-concurrently.ts";

/** Files open at once while a data set is checked: enough to keep a disk busy, far below any limit on open files. */
const openFiles = 32;

/** One usable picture of a data set. */
export interface DatasetEntry {
  /** Absolute path. */
  path: string;
  /** Pixels, EXIF orientation applied. */
  width: number;
  height: number;
  /** Class numbers. */
  classes: Int32Array;
  /** Rows of centre x, centre y, width, height, as fractions of the picture's sides. */
  boxes: Float32Array;
  /**
   * The outline of each box: rows of x, y as fractions of the picture's sides, of length 0 where the label is a mere box.
   * Absent when no object of the picture has an outline.
   */
  polygons?: readonly Float32Array[];
}

/** What was found when a data set was opened, and what was left out. */
export interface DatasetReport {
  /** Pictures that can be used. */
  pictures: number;
  /** Objects in them. */
  instances: number;
  /** Pictures with a label file, empty ones included. */
  found: number;
  /** Pictures without a label file: background. */
  missing: number;
  /** Label files without a row: background. */
  empty: number;
  /** Pictures that cannot be read, and label files with rows that were left out. */
  corrupt: number;
  /** Everything that was left out. */
  problems: DataProblem[];
}

/** Options of {@link Dataset.open}. */
export interface DatasetOptions {
  /** The data set file, or its content as read before. */
  yaml: string | DatasetConfig;
  /** `train`, `val` or `test`. */
  split: string;
}

interface Checked {
  entry?: DatasetEntry;
  found: boolean;
  empty: boolean;
  problems: DataProblem[];
}

/** The checked pictures and labels of one split of a YOLO data set; pixels are read by {@link BatchLoader}. */
export class Dataset {
  readonly names: readonly string[];
  readonly split: string;
  readonly entries: readonly DatasetEntry[];
  /** Grows when a picture turns out to be damaged while it is loaded. */
  readonly report: DatasetReport;

  private constructor(config: DatasetConfig, split: string, checked: readonly Checked[]) {
    this.names = config.names;
    this.split = split;
    this.entries = checked.flatMap(({ entry }) => entry ?? []);
    this.report = {
      pictures: this.entries.length,
      instances: this.entries.reduce((sum, { classes }) => sum + classes.length, 0),
      found: checked.filter(({ found }) => found).length,
      missing: checked.filter(({ entry, found }) => entry !== undefined && !found).length,
      empty: checked.filter(({ empty }) => empty).length,
      corrupt: checked.filter(({ problems }) => problems.length > 0).length,
      problems: checked.flatMap(({ problems }) => problems),
    };
  }

  /**
   * Finds the pictures of a split, reads their sizes and labels, and reports what is wrong with them.
   *
   * Damaged pictures and wrong label rows are left out and named in `report.problems`; a picture without labels is
   * background.
   *
   * @throws LookonceError `NOT_FOUND`, `FORMAT`, `ARGUMENT` or `DATA` when the data set as a whole cannot be used
   */
  static async open(options: DatasetOptions): Promise<Dataset> {
    const config = typeof options.yaml === "string" ? await readDatasetConfig(options.yaml) : options.yaml;
    const paths = await findPictures(config, options.split);
    const checked = await mapConcurrently(paths, openFiles, (path) => check(path, config.names.length));
    const dataset = new Dataset(config, options.split, checked);
    if (dataset.entries.length === 0) {
      const [first] = dataset.report.problems;
      throw new LookonceError(
        "DATA",
        `${config.file}: ${options.split}: none of the ${paths.length} pictures can be read; the first: ${first?.reason}`,
      );
    }
    return dataset;
  }

  /** Counts a picture that turned out to be damaged after opening; the same picture counts once. */
  markCorrupt(path: string, reason: string): void {
    const { report } = this;
    if (report.problems.some((problem) => problem.path === path)) return;
    report.corrupt++;
    report.problems.push({ path, reason });
  }
}

async function check(path: string, classCount: number): Promise<Checked> {
  try {
    const { width, height } = await checkPicture(path);
    const labels = await readLabels(labelPath(path), classCount);
    const { problems, ...objects } = labels ?? noLabels;
    const empty = labels !== undefined && objects.classes.length === 0 && problems.length === 0;
    return { entry: { path, width, height, ...objects }, found: labels !== undefined, empty, problems };
  } catch (error) {
    if (!(error instanceof LookonceError)) throw error;
    return { found: false, empty: false, problems: [{ path, reason: error.message }] };
  }
}

const noLabels: Labels = { classes: new Int32Array(0), boxes: new Float32Array(0), problems: [] };

/** The labels, or `undefined` without a label file. */
async function readLabels(file: string, classCount: number): Promise<Labels | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new LookonceError("IO", `Cannot read the labels ${file}: ${(error as Error).message}`, { cause: error });
  }
  return parseLabels(text, file, classCount);
}
