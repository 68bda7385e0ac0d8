import { basename, dirname } from "node:path";
import { type ValOptions, YOLO } from "@lookonce/yolo";
import { librarySettings } from "../job-options.ts";
import { batchReporter } from "./batch-reporter.ts";
import { emptyFolder } from "./empty-folder.ts";
import { type JobContext, loadOptions } from "./job-context.ts";
import type { JobTask, Outcome } from "./messages.ts";
import { resultOf } from "./scores-of.ts";

/** Measures a model on a data set; plots go into the run's folder. A validation that was interrupted begins anew. */
export async function runValidation(task: JobTask, { send, signal }: JobContext): Promise<Outcome> {
  const { directory } = task;
  emptyFolder(directory);
  const model = await YOLO.load(task.model, loadOptions(task, send));
  const reportBatch = batchReporter(send);
  const report = await model.val({
    plots: true,
    ...(librarySettings("val", task.options) as Partial<ValOptions>),
    data: task.data as string,
    ...{ project: dirname(directory), name: basename(directory), existOk: true, signal },
    onProgress: ({ done, batches }) => reportBatch({ stage: "val", batch: done, batches }),
  });
  return { type: "succeeded", result: resultOf(report) };
}
