import { LookonceError } from "@lookonce/errors";
import type { ExportReport, PlannedExport, YOLO } from "lookonce";
import { type Command, command } from "../command.ts";
import {
  flag,
  integer,
  number,
  type Option,
  type OptionTable,
  type OptionValues,
  text,
  words,
} from "../options/option.ts";
import { UsageError } from "../options/usage-error.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { loadModel } from "./load-model.ts";
import { modelOption, outputOptions, sidesOption } from "./shared-options.ts";

/** Names of formats, for help and completion; the façade knows more words for them. */
const formats = ["onnx", "tfjs", "saved_model", "safetensors", "torch"] as const;

const formatOption: Option<string[] | undefined> = {
  ...words({
    help: "format, or several with commas between (default: by file's ending, else onnx)",
    fallback: undefined,
  }),
  expects: formats.join("|"),
  choices: formats,
};

const share = (help: string): Option<number | undefined> => number({ help, fallback: undefined, min: 0, max: 1 });

const options = {
  model: modelOption,
  format: formatOption,
  imgsz: sidesOption("side of the images, or height,width; rounded up to the model's stride"),
  batch: integer({ help: "images in a batch", fallback: undefined, min: 1 }),
  dynamic: flag({ help: "any number of images, with onnx of any size (onnx, tfjs, saved_model)", fallback: false }),
  half: flag({ help: "half precision: files of half the size", fallback: false }),
  int8: flag({ help: "8 bits: files of a quarter of the size (onnx with data=, tfjs)", fallback: false }),
  data: text({
    help: "with int8: data set whose images ranges are learned from",
    expects: "file",
    fallback: undefined,
  }),
  fraction: share("with int8: share of these images (default: at most 300)"),
  nms: flag({ help: "suppression inside the graph, which then gives boxes (onnx)", fallback: false }),
  conf: share("with nms: confidence that a box must exceed (default 0.25)"),
  iou: share("with nms: overlap above which the weaker box goes (default 0.7, YOLOv5 0.45)"),
  max_det: integer({ help: "with nms: most boxes an image (default 300)", fallback: undefined, min: 1 }),
  agnostic_nms: flag({ help: "with nms: boxes of different classes suppress each other", fallback: false }),
  opset: integer({
    help: "version of ONNX's operators (onnx, default 17)",
    fallback: undefined,
    min: 13,
    max: 22,
  }),
  file: text({ help: "file or folder to write (default: beside the model)", expects: "file", fallback: undefined }),
  ...outputOptions,
} satisfies OptionTable;

/** `lookonce export`: writes a model in other programs' formats. */
export const exportModel: Command = command({
  name: "export",
  summary: "Writes a model in other programs' formats and checks that the numbers agree.",
  options,
  examples: [
    "lookonce export model=yolov8n.pt format=onnx imgsz=640",
    "lookonce export model=best.safetensors format=onnx,tfjs half",
    "lookonce export model=yolov8n.pt int8 data=coco128.yaml file=small.onnx",
    "lookonce export model=yolov8n.pt nms conf=0.4 imgsz=480,640",
  ],
  async run(values, terminal) {
    const plans = await plan(values, terminal);
    const model = await loadModel({ model: values.model }, terminal);
    const reports: ExportReport[] = [];
    try {
      for (const planned of plans) reports.push(await write(model, planned, terminal));
    } finally {
      await model.dispose();
    }
    return reports.length === 1 ? (reports[0] as ExportReport) : { exports: reports };
  },
});

/** Which options go to which format; what nobody could mean is told before a model is loaded. */
async function plan(values: OptionValues<typeof options>, terminal: Terminal): Promise<PlannedExport[]> {
  const { model: _, format, max_det: maxDet, agnostic_nms: agnosticNms, json: __, verbose: ___, ...rest } = values;
  const { exportPlans, formatOfFile } = await import("lookonce");
  const byFile = rest.file === undefined ? undefined : await formatOfFile(rest.file);
  const given = Object.entries({ ...rest, maxDet, agnosticNms }).filter(([, value]) => value !== undefined);
  try {
    const plans = await exportPlans(format ?? [byFile ?? "onnx"], Object.fromEntries(given));
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
