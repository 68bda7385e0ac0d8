import { basename, extname, join } from "node:path";
import { YOLO } from "lookonce";
import { librarySettings } from "../options/job-options.ts";
import { emptyFolder } from "./empty-folder.ts";
import type { JobTask, Outcome } from "./messages.ts";
import type { Performance } from "./performance.ts";
import { placeOf } from "./place-of.ts";

/** Writes a model in another program's format into the run's folder. An export that was interrupted begins anew. */
export async function runExport(task: JobTask, { tell, signal }: Performance): Promise<Outcome> {
  // An export cannot be stopped on its way, and leaves nothing that it could go on from.
  const end = (): void => process.exit(1);
  signal.addEventListener("abort", end, { once: true });
  emptyFolder(task.directory);
  const model = await YOLO.load(task.model, placeOf(task, tell));
  const stem = basename(task.model, extname(task.model));
  const { file, ...report } = await model.export({
    ...librarySettings("export", task.options),
    file: join(task.directory, `${stem}.onnx`),
  });
  signal.removeEventListener("abort", end);
  return { type: "succeeded", result: { ...report, file: basename(file) } };
}
