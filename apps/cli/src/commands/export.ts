import { LookonceError } from "@lookonce/errors";
import type { ExportOptions, ExportReport, PlannedExport, YOLO } from "@lookonce/yolo";
import { type CommandWork, work } from "../command.ts";
import { UsageError } from "../options/usage-error.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { loadModel } from "./load-model.ts";

/** `lookonce export`: writes a model in other programs' formats. */
export const exportModel: CommandWork = work("export", {
  examples: [
    "lookonce export model=yolov8n.pt format=onnx imgsz=640",
    "lookonce export model=best.safetensors format=onnx,tfjs half",
    "lookonce export model=yolov8n.pt int8 data=coco128.yaml file=small.onnx",
    "lookonce export model=yolov8n.pt nms conf=0.4 imgsz=480,640",
  ],
  async run({ model: name, format }, terminal, args) {
    const plans = await plan({ ...args, formats: format }, terminal);
    const model = await loadModel({ model: name }, terminal);
    const reports: ExportReport[] = [];
    try {
      for (const planned of plans) reports.push(await write(model, planned, terminal));
    } finally {
      await model.dispose();
    }
    return reports.length === 1 ? (reports[0] as ExportReport) : { exports: reports };
  },
});

/** Which options go to which format; contradictions are reported before a model is loaded. */
async function plan(
  { format: _, formats, ...options }: ExportOptions & { formats: readonly string[] | undefined },
  terminal: Terminal,
): Promise<PlannedExport[]> {
  const { exportPlans } = await import("@lookonce/yolo");
  try {
    const plans = await exportPlans(formats, options);
    for (const { format: name, leftOut } of plans) {
      if (leftOut.length > 0) terminal.warn(`${name} is written without ${leftOut.join(", ")}, which it does not know`);
    }
    return plans;
  } catch (error) {
    throw error instanceof LookonceError ? new UsageError(error.message) : error;
  }
}

async function write(
  model: YOLO,
  { format, options: given }: PlannedExport,
  terminal: Terminal,
): Promise<ExportReport> {
  const start = performance.now();
  const onCalibrated = (done: number): void => terminal.progress(`learning ranges: ${done} images`);
  const report = await terminal.during(`writing ${format}`, () =>
    model.export({ ...given, ...(given.int8 && given.data !== undefined ? { onCalibrated } : {}) }),
  );
  const { pixels, probability } = report.differences;
  const isExact = given.half !== true && given.int8 !== true;
  terminal.note(
    `checked on ${report.checkedOn}: ${isExact ? "" : "of what it is sure of, "}boxes differ by ${isExact ? "at most" : "a mean of"} ${short(pixels)} pixels, probabilities by ${short(probability)}`,
  );
  const seconds = (performance.now() - start) / 1000;
  terminal.say(`saved ${report.file} (${(report.bytes / 1e6).toFixed(1)} MB, ${seconds.toFixed(1)} s)`);
  return report;
}

function short(difference: number): string {
  return difference === 0 ? "0" : difference.toPrecision(2);
}
