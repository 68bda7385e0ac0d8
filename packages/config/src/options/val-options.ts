import { flag, integer } from "./define.ts";
import type { OptionTable } from "./option.ts";
import {
  branch,
  data,
  device,
  model,
  modelImgsz,
  onQueue,
  outputDirectory,
  shards,
  singleCls,
  suppression,
  valSplit,
} from "./shared-options.ts";

/** Options of `val`. */
export const valOptions: OptionTable = {
  ...model(),
  ...data,
  ...valSplit,
  ...modelImgsz({ trained: true }),
  batch: integer("images per batch", 16, { label: "Batch", min: 1 }),
  ...suppression("val"),
  ...branch,
  rect: flag("batches of images of similar shape, with little padding", true),
  ...singleCls,
  workers: integer("threads that read images ahead", undefined, { defaultText: "one fewer than cores", min: 0 }),
  plots: flag("plot the confusion matrix, curves, and labels and detections of the first batches", true, {
    libraryDefault: false,
  }),
  save_json: flag("save predictions.json in the format of COCO's evaluation", false),
  coco_ids: flag("with save_json: number categories as COCO's annotations, 1 to 90", false),
  save_txt: flag("save detections as label files in labels/", false),
  save_conf: flag("with confidences in the label files", false),
  ...outputDirectory("val"),
  ...device,
  ...onQueue("validate"),
  ...shards,
};
