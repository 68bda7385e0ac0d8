import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { familySettings, isFamilyName, type ScoringRules } from "@lookonce/config";
import { readYamlSync } from "@lookonce/documents";
import { readRegularSync, textOf } from "@lookonce/files";
import { isImage } from "../paths/file-types.ts";
import { listFiles } from "../paths/list-files.ts";

/** Scores of a run's fittest epoch, counted from 1. */
export interface BestEpoch {
  epoch: number;
  map50: number;
  map50_95: number;
  /** By which the run's weights were chosen; see `ScoringRules` of `@lookonce/config`. */
  fitness: number;
}

/** A run in a list. */
export interface RunSummary {
  name: string;
  /** When its folder was made, as ISO 8601. */
  created: string;
  epochs: number;
  best?: BestEpoch;
}

/** A run with all of its numbers. */
export interface Run extends RunSummary {
  /** The contents of `args.yaml`: settings and recipe. */
  args: Readonly<Record<string, unknown>>;
  columns: string[];
  /** Its rows; what was not measured is null. */
  rows: (number | null)[][];
  /** Names of the images in its folder. */
  images: string[];
}

/** Files that mark a folder as a run's. */
const signs = ["results.csv", "args.yaml"];

/** The runs below a folder, newest first: folders, up to three deep, with a `results.csv` or `args.yaml`. */
export async function listRuns(root: string): Promise<RunSummary[]> {
  const files = await listFiles(root, { depth: 3, limit: 10_000, only: (name) => signs.includes(basename(name)) });
  const names = new Set(files.map(({ name }) => name.split("/").slice(0, -1).join("/")));
  names.delete("");
  return [...names]
    .map((name) => summaryOf(join(root, name), name))
    .sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : 0));
}

export async function readRun(directory: string, name: string): Promise<Run> {
  const results = readResults(directory);
  const images = await listFiles(directory, { depth: 0, only: isImage });
  return {
    ...summaryOf(directory, name, results),
    ...{ args: readArgs(directory), ...results, images: images.map((file) => file.name) },
  };
}

/** Whether a folder is a run's. */
export function isRun(directory: string): boolean {
  return statSync(directory).isDirectory() && signs.some((sign) => existsSync(join(directory, sign)));
}

function summaryOf(directory: string, name: string, { columns, rows } = readResults(directory)): RunSummary {
  const best = bestOf({ columns, rows }, fitnessWeights(directory));
  const sign = signs.map((file) => join(directory, file)).find(existsSync) ?? directory;
  const created = Math.min(...[directory, sign].map((path) => firstTime(path)));
  return {
    ...{ name, created: new Date(created).toISOString(), epochs: rows.length },
    ...(best === undefined ? {} : { best }),
  };
}

/** When a file came to be; file systems that do not keep that say when it was last changed. */
function firstTime(path: string): number {
  const { birthtimeMs, mtimeMs } = statSync(path);
  return birthtimeMs > 0 ? Math.min(birthtimeMs, mtimeMs) : mtimeMs;
}

const table = { what: "table of results", maxBytes: 100_000_000 };

function readResults(directory: string): Pick<Run, "columns" | "rows"> {
  const file = join(directory, "results.csv");
  const [header = "", ...lines] = existsSync(file) ? textOf(readRegularSync(file, table)).trimEnd().split("\n") : [];
  if (header === "") return { columns: [], rows: [] };
  const rows = lines.map((line) => line.split(",").map(numberOf));
  const columns = header.split(",").map((column) => column.trim());
  return { columns, rows: rows.filter((row) => row.length === columns.length) };
}

function numberOf(cell: string): number | null {
  const value = Number(cell);
  return cell.trim() === "" || !Number.isFinite(value) ? null : value;
}

/**
 * Weights of the average precisions in a run's fitness: those of its model's family, which the log of a training starts with.
 * Somebody else's runs have those of YOLOv8.
 */
function fitnessWeights(directory: string): ScoringRules["fitness"] {
  let family: unknown;
  try {
    const start = readRegularSync(join(directory, "log.jsonl"), { what: "log of a training", first: 2 ** 16 });
    ({ family } = JSON.parse(textOf(start).split("\n", 1)[0] ?? ""));
  } catch {
    // There is none, or it is of another program.
  }
  return familySettings[isFamilyName(family) ? family : "v8"].scoring.fitness;
}

function bestOf(
  { columns, rows }: Pick<Run, "columns" | "rows">,
  weights: ScoringRules["fitness"],
): BestEpoch | undefined {
  const at = (row: Run["rows"][number], column: string): number | null => row[columns.indexOf(column)] ?? null;
  let best: BestEpoch | undefined;
  for (const [i, row] of rows.entries()) {
    const [map50, map50_95] = [at(row, "metrics/mAP50(B)"), at(row, "metrics/mAP50-95(B)")];
    if (map50 === null || map50_95 === null) continue;
    const fitness = weights.map50 * map50 + weights.map50_95 * map50_95;
    if (best === undefined || fitness > best.fitness)
      best = { epoch: at(row, "epoch") ?? i + 1, map50, map50_95, fitness };
  }
  return best;
}

function readArgs(directory: string): Readonly<Record<string, unknown>> {
  const file = join(directory, "args.yaml");
  if (!existsSync(file)) return {};
  try {
    return readYamlSync(file, { what: "file of settings", expected: "keys such as epochs:" }).content;
  } catch {
    // Somebody else's file, or one that is being written: the curves are shown without it.
    return {};
  }
}
