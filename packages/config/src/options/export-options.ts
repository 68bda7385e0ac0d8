import type { OptionTable } from "./option.ts";
import { exportFormatNames, model } from "./shared-options.ts";

const notServer = ["cli", "library"] as const;

/** Options of `export`. Which format knows which is in docs/export.md. */
export const exportOptions: OptionTable = {
  ...model,
  format: {
    type: "choice",
    choices: exportFormatNames,
    isOpen: true,
    isListOnCli: true,
    help: "format; on the command line several with commas between",
    defaultText: "by the file's ending, else onnx",
  },
  imgsz: {
    type: "sides",
    help: "side of the images, or height and width, in pixels; rounded up to the model's stride",
    defaultText: "640",
    min: 32,
  },
  batch: { type: "integer", help: "images per batch", defaultText: "1", min: 1 },
  dynamic: {
    type: "boolean",
    help: "any number of images, with onnx also of any size (onnx, tfjs, saved_model)",
    default: false,
  },
  half: { type: "boolean", help: "half precision: files of half the size", default: false },
  int8: { type: "boolean", help: "8 bits: files of a quarter of the size (onnx with data, tfjs)", default: false },
  data: {
    type: "text",
    expects: "file",
    help: "with int8: data set whose images calibrate the ranges",
    setBy: notServer,
  },
  fraction: {
    type: "number",
    help: "with int8: share of these images",
    defaultText: "at most 300 images",
    min: 0,
    max: 1,
  },
  nms: { type: "boolean", help: "suppression inside the graph, which then outputs boxes (onnx)", default: false },
  conf: {
    type: "number",
    help: "with nms: boxes need a confidence above this",
    default: ({ nms }) => nms.predict.conf,
    min: 0,
    max: 1,
  },
  iou: {
    type: "number",
    help: "with nms: of two boxes with an IoU above this, the one with the lower confidence is dropped",
    default: ({ nms }) => nms.predict.iou,
    min: 0,
    max: 1,
  },
  max_det: {
    type: "integer",
    help: "with nms: maximum boxes per image",
    default: ({ nms }) => nms.predict.maxDet,
    min: 1,
  },
  agnostic_nms: {
    type: "boolean",
    help: "with nms: let boxes of different classes suppress each other",
    default: false,
  },
  opset: { type: "integer", help: "version of ONNX's operators (onnx)", defaultText: "17", min: 13, max: 22 },
  file: {
    type: "text",
    expects: "file",
    help: "file or folder to write",
    defaultText: "beside the model",
    setBy: notServer,
  },
};
