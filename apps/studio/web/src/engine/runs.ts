import { parseJson } from "@lookonce/documents";
import type { ResultTable } from "../../../../server/web/src/chart/result-charts.ts";
import type { Folder } from "../storage/folder.ts";
import type { TrainSettings } from "./train-settings.ts";

export type RunState = "running" | "stopped" | "finished" | "failed";

/** What the studio notes of a training beside the training's own files. */
export interface RunNote {
  readonly settings: TrainSettings;
  readonly state: RunState;
  /** When it was started, as ISO 8601. */
  readonly started: string;
  /** Why it failed, and what to do. */
  readonly problem?: string;
}

/** A training in the browser's storage. */
export interface Run extends RunNote {
  /** Name of its folder in `runs`. */
  readonly name: string;
  readonly title: string;
  /** Its `results.csv`. */
  readonly results: ResultTable;
  /** Whether there is a state to resume from. */
  readonly isResumable: boolean;
  /** Its best weights so far: they change with `changed`. Absent before the first epoch is over. */
  readonly best?: { readonly path: string; readonly changed: number };
}

/** Where the trainings are, below the studio's folder. */
const runsFolder = "runs";

const noteFile = "studio.json";

/** All trainings, the newest first. */
export async function readRuns(folder: Folder): Promise<Run[]> {
  const names = await folder.list(runsFolder, "directory");
  const runs = await Promise.all(names.map((name) => readRun(folder, name)));
  return runs.filter((run) => run !== undefined).sort((a, b) => numberOf(b.name) - numberOf(a.name));
}

/** A training; `undefined` where its folder has no note, since it was removed meanwhile. */
export async function readRun(folder: Folder, name: string): Promise<Run | undefined> {
  const at = (file: string): string => `${runsFolder}/${name}/${file}`;
  const noted = await folder.read(at(noteFile));
  if (noted === undefined) return undefined;
  const note = parseJson(await noted.text(), { name: at(noteFile), expected: "keys such as settings" }) as unknown;
  const results = tableOf((await (await folder.read(at("results.csv")))?.text()) ?? "");
  const run = newRun(name, note as RunNote);
  const [best, last] = await Promise.all(
    ["best", "last"].map((weights) => folder.read(at(`weights/${weights}.safetensors`))),
  );
  const weights = best ?? last;
  const path = at(`weights/${best === undefined ? "last" : "best"}.safetensors`);
  return {
    ...{ ...run, results, isResumable: last !== undefined },
    ...(weights === undefined ? {} : { best: { path, changed: (weights as File).lastModified } }),
  };
}

/** A training of which nothing is stored yet but a note at most. */
export function newRun(name: string, note: RunNote): Run {
  return { ...note, name, title: `Training ${numberOf(name)}`, results: tableOf(""), isResumable: false };
}

/** Writes what the studio notes of a training. */
export function writeNote(folder: Folder, name: string, { settings, state, started, problem }: RunNote): Promise<void> {
  const note: RunNote = { settings, state, started, ...(problem === undefined ? {} : { problem }) };
  return folder.write(`${runsFolder}/${name}/${noteFile}`, `${JSON.stringify(note)}\n`);
}

export function removeRun(folder: Folder, name: string): Promise<void> {
  return folder.remove(`${runsFolder}/${name}`);
}

/** A name that no training has. */
export function freeRunName(runs: readonly Run[]): string {
  return `train${1 + Math.max(0, ...runs.map(({ name }) => numberOf(name)))}`;
}

/** The best mAP50 of a training. */
export function bestScore({ results: { columns, rows } }: Run): number | undefined {
  const column = columns.indexOf("metrics/mAP50(B)");
  const scores = rows.flatMap((row) => row[column] ?? []);
  return scores.length === 0 ? undefined : Math.max(...scores);
}

function numberOf(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
}

/** Rows of `results.csv`; what is no number is `null`. */
export function tableOf(text: string): ResultTable {
  const [head = "", ...lines] = text.trim().split("\n");
  const cell = (value: string): number | null => (value.trim() === "" ? null : Number(value));
  return {
    columns: head.split(",").map((name) => name.trim()),
    rows: lines.map((line) => line.split(",").map(cell)),
  };
}
