import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import type { NamedFile, PlainResults, Results, SkippedImage } from "@lookonce/inference";
import type { FindModelOptions } from "../model-source.ts";
import type { PredictOptions } from "../options.ts";
import { makeRunDirectory } from "../run-directory.ts";
import { FileMerger, isHere } from "./merge-files.ts";
import { copyName, linesFile, type PredictedLine, type PredictTask, savedFolder } from "./predict-job.ts";
import { QueueRun, type SharedRunOptions } from "./queue-run.ts";
import { seesPaths, shareModel } from "./shared-files.ts";

/** Options of {@link predictOnQueue}: those of `YOLO.stream`, and where it is computed. */
export interface QueuedPredictOptions
  extends PredictOptions,
    Omit<SharedRunOptions, "signal" | "log">,
    FindModelOptions {
  /** Files and videos of a shard. Default 64. */
  shard?: number | undefined;
}

/** What is reported of an image or a frame; {@link Results} have it, too. */
export interface ReportedResult extends Pick<Results, "name" | "width" | "height" | "speed" | "names"> {
  image: { width: number; height: number; original?: unknown };
  /** The video that it is a frame of. */
  video: object | undefined;
  boxes: { classes: Iterable<number> };
  describe(): string;
  toJSON(): PlainResults;
}

/**
 * Predicts a source of files on the workers of a queue. Results come in the order of the source, and the files are those that
 * one process would write. One who leaves early or dies finds the results with `job`.
 *
 * @throws LookonceError as `YOLO.stream`, for a queue or a storage that cannot be used, and for a shard that failed
 */
export async function* predictOnQueue(
  model: string,
  source: string,
  options: QueuedPredictOptions,
): AsyncGenerator<ReportedResult, void, undefined> {
  const { queue, storage, endpoint, priority, job, shard = 64, fetch, log, signal, ...predict } = options;
  const { project = "runs", name = "predict", existOk = false, onOpen, onSave, onSkip, ...rest } = predict;
  const { listSource, savesAnything } = await import("@lookonce/inference");
  const { single, files } = await listSource(source, { ...rest, ...(log && { notify: log }) });
  onOpen?.({ count: files.length, live: false });
  const shared = { queue, storage, endpoint, priority, job, signal, log, project };
  const run = await QueueRun.start("predict", shared, async (opened) => {
    const ref = await shareModel(model, opened, { fetch, log });
    const shards = shardsOf(files, shard);
    return Promise.all(
      shards.map(async (some): Promise<PredictTask> => {
        const task = { model: ref, options: rest, files: some };
        if (seesPaths(opened)) return task;
        const { uploadFiles } = await import("@lookonce/queue");
        const copies = some.map((one, i) => ({ name: copyName(one, i), file: one.file }));
        return { ...task, images: await uploadFiles(opened, copies) };
      }),
    );
  });
  let merger: FileMerger | undefined;
  try {
    for await (const record of run.records()) {
      if (merger === undefined && savesAnything(rest)) {
        const before = run.directory;
        const directory = isHere(before) ? before : await makeRunDirectory(join(project, name), { reuse: existOk });
        await run.setDirectory(directory);
        onSave?.(directory);
        merger = new FileMerger(directory, run.storage);
      }
      await merger?.add(record, savedFolder);
      const text = Buffer.from(await run.storage.read(`${record.prefix}${linesFile}`)).toString("utf8");
      for (const result of readLines(text)) {
        if (!("skipped" in result)) yield result;
        else if (single) throw new LookonceError("FORMAT", result.skipped.reason);
        else onSkip?.(result.skipped);
      }
    }
    if (signal?.aborted) return;
    merger?.finish();
    await run.finish();
  } finally {
    merger?.discard();
    await run.close();
  }
}

/** Cuts files into shards of so many. */
export function shardsOf(files: readonly NamedFile[], size: number): NamedFile[][] {
  if (!Number.isInteger(size) || size < 1) {
    throw new LookonceError("ARGUMENT", `shard must be a whole number of at least 1, not ${size}.`);
  }
  return Array.from({ length: Math.ceil(files.length / size) }, (_, i) => files.slice(i * size, (i + 1) * size));
}

/** The results of a shard's lines, and what could not be read. */
function readLines(text: string): (ReportedResult | { skipped: SkippedImage })[] {
  const videos = new Map<string, object>();
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const found = JSON.parse(line) as PredictedLine;
    return "skipped" in found ? found : reportedOf(found, videos);
  });
}

/** @param videos those of the shard so far: all frames of one have the same object */
function reportedOf(line: Exclude<PredictedLine, { skipped: object }>, videos: Map<string, object>): ReportedResult {
  const { name, width, height, read, video: path, text, speed, json } = line;
  const names: string[] = [];
  for (const box of json.boxes) names[box.class] = box.name;
  if (path !== undefined && !videos.has(path)) videos.set(path, { path });
  return {
    ...{ name, width, height, speed, names, video: path === undefined ? undefined : videos.get(path) },
    image: read === undefined ? { width, height } : { ...read, original: { width, height } },
    boxes: { classes: json.boxes.map((box) => box.class) },
    describe: () => text,
    toJSON: () => json,
  };
}
