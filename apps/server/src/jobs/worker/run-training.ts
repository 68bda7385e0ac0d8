import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { canResume, progress, type TrainOptions, type TrainReport, YOLO } from "@lookonce/yolo";
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
    return train(task, context, { ...where, data: task.data });
  }
  if (await canResume(last)) return train({ ...task, model: last }, context, { resume: true });
  return finish(task, context);
}

/** @param where to write to, or to resume */
async function train(task: JobTask, { send, signal }: JobContext, where: TrainOptions): Promise<Outcome> {
  const settings = librarySettings("train", task.options) as Partial<TrainOptions>;
  const lines = await progress({
    write: (text: string) => send({ type: "log", line: { level: "info", message: text.trimEnd() } }),
  });
  const detector = await YOLO.load(task.model, loadOptions(task, send));
  const callbacks = [trainingReporter(send), lines];
  const report = await detector.train({ ...settings, ...where, callbacks, signal });
  return report.interrupted ? { type: "stopped" } : succeeded(task, report);
}

/** Draws and measures what a training that was killed after its last epoch would have: the fittest epoch's scores. */
async function finish(task: JobTask, { send, signal }: JobContext): Promise<Outcome> {
  const { directory } = task;
  const weights = ["best", "last"].map((name) => join(directory, "weights", `${name}.safetensors`));
  const best = weights.find(existsSync) as string;
  const { epochs } = await readRun(directory, basename(directory));
  if (basename(best) === "last.safetensors") return succeeded(task, { epochs, best });
  const settings = librarySettings("train", task.options) as TrainOptions;
  const { imgsz, batch = 16, singleCls, workers, plots = true } = settings;
  const detector = await YOLO.load(best, loadOptions(task, send));
  const validation = await detector.val({
    ...{ data: task.data as string, imgsz, singleCls, workers, plots, signal },
    batch: batch > 0 ? batch : undefined,
    ...{ project: dirname(directory), name: basename(directory), existOk: true },
  });
  return succeeded(task, { epochs, best, validation });
}

function succeeded({ directory }: JobTask, trained: Pick<TrainReport, "epochs" | "best" | "validation">): Outcome {
  const { epochs, best, validation } = trained;
  // Files are named as artifacts are
  const weights = { best: `weights/${basename(best)}`, last: "weights/last.safetensors" };
  const result = { run: basename(directory), epochs, ...weights, ...(validation && resultOf(validation)) };
  return { type: "succeeded", result };
}
