import { basename, extname, join } from "node:path";
import { type ExportOptions, YOLO } from "@lookonce/yolo";
import { librarySettings } from "../job-options.ts";
import { emptyFolder } from "./empty-folder.ts";
import { type JobContext, loadOptions } from "./job-context.ts";
import type { JobTask, Outcome } from "./messages.ts";

/** Endings by which files and folders of these formats are known, where they are not the format's name. */
const suffixes: Readonly<Record<string, string>> = {
  tfjs: "_web_model",
  saved_model: "_saved_model",
  torch: "_state_dict.pt",
};

/** Writes a model in another program's format into the run's folder. An export that was interrupted starts anew. */
export async function runExport(task: JobTask, { send, signal }: JobContext): Promise<Outcome> {
  // An export cannot be stopped on its way, and leaves nothing that it could resume from.
  const end = (): void => process.exit(1);
  signal.addEventListener("abort", end, { once: true });
  emptyFolder(task.directory);
  const model = await YOLO.load(task.model, loadOptions(task, send));
  const settings = librarySettings("export", task.options) as ExportOptions;
  const { format = "onnx" } = settings;
  const stem = basename(task.model, extname(task.model));
  const { file, differences, bytes, seconds, checkedOn } = await model.export({
    ...settings,
    ...(task.data === undefined ? {} : { data: task.data, onCalibrated }),
    file: join(task.directory, `${stem}${suffixes[format] ?? `.${format}`}`),
  });
  signal.removeEventListener("abort", end);
  const result = { run: basename(task.directory), file: basename(file), format, bytes, seconds, differences };
  return { type: "succeeded", result: { ...result, checked_on: checkedOn } };

  function onCalibrated(images: number): void {
    if (images % 50 !== 0) return;
    send({ type: "log", line: { level: "info", message: `learning ranges of numbers: ${images} images` } });
  }
}
