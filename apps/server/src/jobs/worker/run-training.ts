import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { canResume, progress, type TrainOptions, type ValidationResult, YOLO } from "lookonce";
import { readRun } from "../../run-folders/run-files.ts";
import { librarySettings } from "../job-options.ts";
import { emptyFolder } from "./empty-folder.ts";
import { type JobContext, loadOptions } from "./job-context.ts";
import type { JobTask, Outcome } from "./messages.ts";
import { resultOf } from "./scores-of.ts";
import { trainingReporter } from "./training-reporter.ts";

/**
 * Trains in the run's folder. What this job left there before decides how it continues: from its checkpoint; with the last
 * validation, where all epochs were done; or anew, with the same seed, where there was no checkpoint yet.
 */
export async function runTraining(task: JobTask, context: JobContext): Promise<Outcome> {
  const { directory } = task;
  const last = join(directory, "weights", "last.safetensors");
  if (!existsSync(last)) {
    emptyFolder(directory);
    const where = { project: dirname(directory), name: basename(directory), existOk: true };
    return train(task.model, { task, context, more: { ...where, data: task.data as string } });
  }
  if (await canResume(last)) return train(last, { task, context, more: { resume: true } });
  return finish(task, context);
}

interface Training {
  task: JobTask;
  context: JobContext;
  /** Further options: where to write, or to resume. */
  more: Partial<TrainOptions>;
}

async function train(model: string, { task, context, more }: Training): Promise<Outcome> {
  const { send, signal } = context;
  const settings = librarySettings("train", task.options) as Partial<TrainOptions>;
  const lines = await progress({
    write: (text: string) => send({ type: "log", line: { level: "info", message: text.trimEnd() } }),
  });
  const detector = await YOLO.load(model, loadOptions(task, send));
  const callbacks = [trainingReporter(send), lines];
  const report = await detector.train({ ...settings, ...more, callbacks, signal });
  if (report.interrupted) return { type: "stopped" };
  const { epochs, best, validation } = report;
  return succeeded(task, { epochs, best: nameOf(best), ...(validation === undefined ? {} : { validation }) });
}

/** Draws and measures what a training that was killed after its last epoch would have: the fittest epoch's scores. */
async function finish(task: JobTask, { send, signal }: JobContext): Promise<Outcome> {
  const { directory } = task;
  const weights = ["best", "last"].map((name) => join(directory, "weights", `${name}.safetensors`));
  const best = weights.find(existsSync) as string;
  const epochs = await finishedEpochs(directory);
  if (basename(best) === "last.safetensors") return succeeded(task, { epochs, best: nameOf(best) });
  const settings = librarySettings("train", task.options) as TrainOptions;
  const { imgsz, batch = 16, singleCls, workers, plots = true } = settings;
  const detector = await YOLO.load(best, loadOptions(task, send));
  const validation = await detector.val({
    data: task.data as string,
    ...(imgsz === undefined ? {} : { imgsz }),
    ...(batch > 0 ? { batch } : {}),
    ...(singleCls === undefined ? {} : { singleCls }),
    ...(workers === undefined ? {} : { workers }),
    ...{ plots, project: dirname(directory), name: basename(directory), existOk: true, signal },
  });
  return succeeded(task, { epochs, best: nameOf(best), validation });
}

async function finishedEpochs(directory: string): Promise<number> {
  return (await readRun(directory, basename(directory))).epochs;
}

interface Trained {
  epochs: number;
  best: string;
  validation?: ValidationResult;
}

function succeeded({ directory }: JobTask, { epochs, best, validation }: Trained): Outcome {
  const weights = { best, last: "weights/last.safetensors" };
  return {
    type: "succeeded",
    result: { run: basename(directory), epochs, ...weights, ...(validation === undefined ? {} : resultOf(validation)) },
  };
}

/** A weights file as artifacts are named. */
function nameOf(file: string): string {
  return `weights/${basename(file)}`;
}
