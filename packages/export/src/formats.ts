import { didYouMean, LookonceError } from "@lookonce/errors";
import type { ExportFormat } from "./export-report.ts";
import type { ExportOnnxOptions } from "./onnx/options.ts";
import type { ExportWeightsOptions } from "./weights/export-weights.ts";

/** Options of `exportModel`. Which format knows which is in {@link exportFormats}. */
export interface ExportModelOptions extends ExportOnnxOptions, Pick<ExportWeightsOptions, "metadata"> {
  format: ExportFormat;
  /** The file or folder to write; folders above it are made when they are missing. */
  file: string;
}

type OptionName = Exclude<keyof ExportModelOptions, "format" | "file">;

/** A format that models can be written in. */
export interface FormatDescription {
  readonly format: ExportFormat;
  /** What a person would call it. */
  readonly title: string;
  /** What is added to the model's name without its own ending. */
  readonly suffix: string;
  /** Whether a folder is written, not a file. */
  readonly isFolder: boolean;
  /** Options that mean something for it. */
  readonly options: readonly OptionName[];
}

const graph = ["imgsz", "batch", "half", "dynamic"] as const;
const weights = ["imgsz", "batch", "half", "metadata"] as const;
const suppression = ["nms", "conf", "iou", "maxDet", "agnosticNms"] as const;
const quantization = ["int8", "calibration", "calibrationMethod", "onCalibrated"] as const;
const onnx = [...graph, "opset", ...suppression, ...quantization] as const;

/** All formats, in the order of help. */
export const exportFormats: readonly FormatDescription[] = [
  { format: "onnx", title: "ONNX", suffix: ".onnx", isFolder: false, options: onnx },
  {
    format: "tfjs",
    title: "TensorFlow.js graph model",
    suffix: "_web_model",
    isFolder: true,
    options: [...graph, "int8"],
  },
  { format: "saved_model", title: "TensorFlow SavedModel", suffix: "_saved_model", isFolder: true, options: graph },
  { format: "safetensors", title: "safetensors", suffix: ".safetensors", isFolder: false, options: weights },
  { format: "torch", title: "PyTorch state_dict", suffix: "_state_dict.pt", isFolder: false, options: weights },
];

/** Other words for the formats. */
const aliases: Readonly<Record<string, ExportFormat>> = {
  pt: "torch",
  pth: "torch",
  pytorch: "torch",
  state_dict: "torch",
  "tf.js": "tfjs",
  tensorflowjs: "tfjs",
  web_model: "tfjs",
  savedmodel: "saved_model",
  tensorflow: "saved_model",
  pb: "saved_model",
};

/** Formats that people look for and that are made from others. */
const elsewhere: Readonly<Record<string, string>> = {
  torchscript: "write torch and trace it in PyTorch",
  openvino: "OpenVINO reads .onnx as it is, or converts it with ovc",
  engine: "TensorRT builds engines from .onnx with trtexec",
  tensorrt: "TensorRT builds engines from .onnx with trtexec",
  coreml: "coremltools converts a saved_model",
  tflite: "tf.lite.TFLiteConverter.from_saved_model converts a saved_model",
  edgetpu: "tf.lite.TFLiteConverter.from_saved_model converts a saved_model, edgetpu_compiler that",
  ncnn: "pnnx converts .onnx",
  mnn: "MNNConvert converts .onnx",
  paddle: "x2paddle converts .onnx",
  rknn: "rknn-toolkit2 converts .onnx",
};

/**
 * The format of a name, also by other words for it.
 *
 * @throws LookonceError `ARGUMENT` for an unknown one, with the nearest; `UNSUPPORTED` for one that other programs make from
 *   ours, and which
 */
export function findFormat(name: string): FormatDescription {
  const word = name.trim().toLowerCase().replaceAll("-", "_");
  const format = Object.hasOwn(aliases, word) ? aliases[word] : word;
  const found = exportFormats.find((known) => known.format === format);
  if (found !== undefined) return found;
  if (Object.hasOwn(elsewhere, word)) {
    throw new LookonceError("UNSUPPORTED", `the format ${word} is not written here: ${elsewhere[word]}.`);
  }
  const names = exportFormats.map((known) => known.format);
  const hint = didYouMean(word, [...names, ...Object.keys(aliases)]);
  throw new LookonceError(
    "ARGUMENT",
    `there is no format "${name}".${hint === "" ? ` There are ${names.join(", ")}.` : hint}`,
  );
}

/** The format that a file's ending stands for. */
export function formatOfFile(file: string): ExportFormat | undefined {
  if (/\.pth?$/i.test(file)) return "torch";
  const ending = /(\.onnx|\.safetensors|_web_model|_saved_model)[/\\]?$/i.exec(file)?.[1]?.toLowerCase();
  return exportFormats.find(({ suffix }) => suffix === ending)?.format;
}
