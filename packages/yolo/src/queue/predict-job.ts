import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { writeWhole } from "@lookonce/files";
import type { NamedFile, PlainResults, Speed } from "@lookonce/inference";
import type { FileRef, Job, JobOutput, RunnerContext } from "@lookonce/queue";
import type { PredictOptions } from "../options.ts";
import type { LoadedModels } from "./loaded-models.ts";
import { modelFile } from "./shared-files.ts";

/** A shard of a prediction. */
export interface PredictTask {
  model: FileRef;
  /** Options of `YOLO.stream`, without the place of results. */
  options: Omit<PredictOptions, "signal" | "onSave" | "onSkip" | "onOpen" | "project" | "name" | "existOk">;
  files: readonly NamedFile[];
  /** Copies of the files, by their numbers; absent: workers see them at their paths. */
  images?: string;
}

/** A line of a shard's results: an image or a frame, or what could not be read. */
export type PredictedLine =
  | { skipped: { path: string; reason: string } }
  | {
      name: string;
      width: number;
      height: number;
      /** The size at which it was read, where that is smaller. */
      read?: { width: number; height: number };
      /** The video that it is a frame of. */
      video?: string;
      text: string;
      speed: Speed;
      json: PlainResults;
    };

/** The file of a shard's lines, and the folder of what else it wrote. */
export const linesFile = "results.jsonl";
export const savedFolder = "saved";

/** Computes a shard of a prediction. */
export async function runPredictJob(job: Job, models: LoadedModels, context: RunnerContext): Promise<JobOutput> {
  const { model, options, files, images } = job.task as unknown as PredictTask;
  const { storage, folder, signal, log } = context;
  const { downloadFiles, requireSeen } = await import("@lookonce/queue");
  const detector = await models.get(await modelFile(model, context), log);
  const input = join(folder, "input");
  if (images === undefined) for (const { file } of files) await requireSeen(file, storage);
  else await downloadFiles(storage, images, input);
  const source =
    images === undefined ? files : files.map((one, i) => ({ ...one, file: join(input, copyName(one, i)) }));
  const lines: PredictedLine[] = [];
  const results = detector.stream(source, {
    ...options,
    ...{ project: folder, name: savedFolder, existOk: true, signal },
    onSkip: (skipped) => lines.push({ skipped }),
  });
  for await (const result of results) {
    const { name, width, height, image, video, speed } = result;
    const read = image.original === undefined ? {} : { read: { width: image.width, height: image.height } };
    const of = video === undefined ? {} : { video: video.path };
    lines.push({ name, width, height, ...read, ...of, text: result.describe(), speed, json: result.toJSON() });
    context.progress({ done: lines.length, total: Math.max(files.length, lines.length), unit: "images" });
  }
  if (signal.aborted) throw new LookonceError("IO", "the shard was stopped");
  await writeWhole(join(folder, linesFile), lines.map((line) => `${JSON.stringify(line)}\n`).join(""), {
    flush: false,
  });
  return { data: { lines: lines.length }, files: [linesFile, ...filesBelow(folder, savedFolder)] };
}

/** What a copied file is called: with its own ending, which says what it is. */
export function copyName({ file }: NamedFile, index: number): string {
  return `${index}${/\.[\w]+$/.exec(file)?.[0] ?? ""}`;
}

/** The files below a folder of a folder, if there is one, by their paths with `/`. */
export function filesBelow(root: string, name: string): string[] {
  const folder = join(root, name);
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
      .sort();
  } catch {
    // Nothing was written
    return [];
  }
}
