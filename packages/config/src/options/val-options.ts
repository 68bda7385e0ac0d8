import type { OptionTable } from "./option.ts";
import { data, device, imgsz, model, outputDirectory, singleCls } from "./shared-options.ts";

/** Options of `val`. */
export const valOptions: OptionTable = {
  ...model,
  ...data,
  split: { type: "choice", choices: ["val", "test", "train"], help: "split of the data set", default: "val" },
  ...imgsz,
  batch: { type: "integer", label: "Batch", help: "images per batch", default: 16, min: 1 },
  conf: {
    type: "number",
    help: "detections need a confidence above this",
    default: ({ nms }) => nms.val.conf,
    min: 0,
    max: 1,
  },
  iou: {
    type: "number",
    help: "of two boxes of a class with an IoU above this, the one with the lower confidence is dropped",
    default: ({ nms }) => nms.val.iou,
    min: 0,
    max: 1,
  },
  max_det: { type: "integer", help: "maximum detections per image", default: ({ nms }) => nms.val.maxDet, min: 1 },
  rect: { type: "boolean", help: "batches of images of similar shape, with little padding", default: true },
  ...singleCls,
  workers: {
    type: "integer",
    help: "threads that read images ahead",
    defaultText: "one fewer than cores",
    min: 0,
  },
  plots: {
    type: "boolean",
    help: "plot the confusion matrix, curves, and labels and detections of the first batches",
    default: true,
    libraryDefault: false,
  },
  save_json: { type: "boolean", help: "save predictions.json in the format of COCO's evaluation", default: false },
  coco_ids: {
    type: "boolean",
    help: "with save_json: number categories as COCO's annotations, 1 to 90",
    default: false,
  },
  save_txt: { type: "boolean", help: "save detections as label files in labels/", default: false },
  save_conf: { type: "boolean", help: "with confidences in the label files", default: false },
  ...outputDirectory("val"),
  ...device,
};
