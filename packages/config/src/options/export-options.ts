import { choice, flag, integer, number, setBy, sides, text } from "./define.ts";
import type { OptionTable } from "./option.ts";
import { exportFormatNames, model, notServer, suppression } from "./shared-options.ts";

/** Options of `export`. Which format knows which is in docs/export.md. */
export const exportOptions: OptionTable = {
  ...model(),
  format: choice(exportFormatNames, "format; on the command line several with commas between", undefined, {
    isOpen: true,
    isListOnCli: true,
    defaultText: "by the file's ending, else onnx",
  }),
  imgsz: sides(
    "side of the images, or height and width, in pixels; rounded up to the model's stride; by default that of the model's training, where its file names one",
    undefined,
    {
      defaultText: "640",
      min: 32,
    },
  ),
  batch: integer("images per batch", undefined, { defaultText: "1", min: 1 }),
  dynamic: flag("any number of images, with onnx also of any size (onnx, tfjs, saved_model)", false),
  half: flag("half precision: files of half the size", false),
  int8: flag("8 bits: files of a quarter of the size (onnx with data, tfjs)", false),
  ...setBy(notServer, { data: text("file", "with int8: data set whose images calibrate the ranges") }),
  fraction: number("with int8: share of these images", undefined, {
    defaultText: "at most 300 images",
    min: 0,
    max: 1,
  }),
  nms: flag(
    "true: suppression inside the graph, which then outputs boxes; false: of YOLO26 and YOLOv10 the one-to-one branch, which outputs boxes, too (onnx)",
    undefined,
    { defaultText: "neither: predictions of all anchors" },
  ),
  ...suppression("predict", [
    "with nms: boxes need a confidence above this",
    "with nms: of two boxes with an IoU above this, the one with the lower confidence is dropped",
    "with nms=true or false: maximum boxes per image",
  ]),
  agnostic_nms: flag("with nms: let boxes of different classes suppress each other", false),
  opset: integer("version of ONNX's operators (onnx)", undefined, { defaultText: "17", min: 13, max: 22 }),
  ...setBy(notServer, {
    file: text("file", "file or folder to write", undefined, { defaultText: "beside the model" }),
  }),
};
