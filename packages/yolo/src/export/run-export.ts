import type { Checkpoint } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import type { ExportModelOptions, ExportReport } from "@lookonce/export";
import type { DetectionModel } from "@lookonce/nn";
import { type UsedModel, usedSide } from "../fit-side.ts";
import type { ModelSource } from "../model-source.ts";
import type { ExportOptions } from "../options.ts";
import { calibrationImages } from "./calibration-images.ts";
import { planExport } from "./plan-export.ts";

interface RunExportContext {
  source: ModelSource;
  /** Makes the model, once it is known that there is something to do with it. */
  model: () => Promise<DetectionModel>;
  log: (line: string) => void;
}

/** Writes a model in another program's format; see `YOLO.export`. */
export async function runExport(
  options: ExportOptions,
  { source, model: make, log }: RunExportContext,
): Promise<ExportReport> {
  // What was exported cannot be again, wherever to.
  if (source.kind === "onnx" || source.kind === "tfjs") await make();
  const plan = await planExport(source.name, options);
  checkCalibration(options, plan.format);
  const { exportModel } = await import("@lookonce/export");
  const model = await make();
  const { imgsz, data, fraction, format, file, ...rest } = options;
  const known = Object.entries(rest).filter(([, value]) => value !== undefined);
  const isWeights = plan.format === "safetensors" || plan.format === "torch";
  return exportModel(model, {
    ...Object.fromEntries(known),
    ...plan,
    imgsz: sidesOf(imgsz, { source, model, log }),
    ...(isWeights ? { metadata: notesOf(source) } : {}),
    ...(data === undefined ? {} : { calibration: calibrationImages(data, { fraction, log }) }),
  } as ExportModelOptions);
}

function checkCalibration({ int8, data, fraction }: ExportOptions, format: string): void {
  const wanted = format === "onnx" && int8 === true;
  if (wanted && data === undefined) {
    throw new LookonceError(
      "ARGUMENT",
      "int8 for onnx learns ranges of numbers from images: name a data set with data=, such as the one it was trained on.",
    );
  }
  if (!wanted && data !== undefined) throw new LookonceError("ARGUMENT", "data is for int8 of the format onnx.");
  if (fraction === undefined) return;
  if (data === undefined) throw new LookonceError("ARGUMENT", "fraction is of the data for int8: name it with data=.");
  if (!(fraction > 0 && fraction <= 1)) {
    throw new LookonceError("ARGUMENT", `fraction must be above 0 and at most 1, not ${fraction}.`);
  }
}

function sidesOf(imgsz: number | readonly [number, number] | undefined, used: UsedModel): number | [number, number] {
  if (imgsz === undefined || typeof imgsz === "number") return usedSide(imgsz, used);
  return [usedSide(imgsz[0], used), usedSide(imgsz[1], used)];
}

/** What the model's file says of it, but for where in that file it was. */
function notesOf(source: ModelSource): Checkpoint["metadata"] {
  if (source.kind !== "checkpoint") return {};
  const { source: _, modelClass: __, ...notes } = source.checkpoint.metadata;
  return notes;
}
