import { classes, flag, integer, setBy, text } from "./define.ts";
import type { OptionTable } from "./option.ts";
import {
  branch,
  device,
  model,
  modelImgsz,
  notServer,
  onQueue,
  outputDirectory,
  shards,
  suppression,
} from "./shared-options.ts";

const sources =
  "image, video, folder, pattern in quotes ('photos/**'), list (.txt, .csv), address (http, rtsp, …), camera (0), or - for standard input";

/** Options of `predict`. */
export const predictOptions: OptionTable = {
  ...model(".pt, .safetensors or .onnx weights"),
  ...setBy(["cli"], { source: text("path", sources, undefined, { required: true }) }),
  ...modelImgsz({ trained: true }),
  ...suppression("predict"),
  ...branch,
  classes: classes("names or numbers of the classes to detect", undefined, { defaultText: "all" }),
  agnostic_nms: flag("let boxes of different classes suppress each other", false),
  augment: flag("test-time augmentation: detect in the image, mirrored at 83 %, and at 67 % of its size", false),
  ...setBy(notServer, {
    rect: flag("pad images only to the next multiple of the stride, not to a square", true),
    half: flag("half precision, on GPUs", false),
    retina_masks: flag("make masks in pixels of the image, finer and slower", false),
    batch: integer("images per batch; more than one pays on GPUs", 1, { min: 1 }),
    workers: integer("threads that process images in parallel", undefined, {
      defaultText: "one per core, for many images",
      min: 0,
    }),
    vid_stride: integer("process every n-th frame of videos", 1, { min: 1 }),
    stream_buffer: flag("process every frame of cameras and broadcasts, not just the newest", false),
    save: flag("save images and videos with boxes drawn on them", true, { libraryDefault: false }),
    save_frames: flag("also save a video's frames as images", false),
    save_txt: flag("save detections as label files in labels/", false),
    save_conf: flag("with confidences in the label files", false),
    save_crop: flag("save every detection cut out, in crops/", false),
    save_json: flag("save predictions.json in the format of COCO's evaluation", false),
    show_labels: flag("write class names on boxes", true),
    show_conf: flag("write confidences on boxes", true),
    show_boxes: flag("draw boxes", true),
    line_width: integer("line width of boxes, in pixels", undefined, { defaultText: "from the image's size", min: 1 }),
  }),
  ...outputDirectory("predict"),
  ...device,
  ...onQueue("detect"),
  ...shards,
  ...setBy(["cli"], {
    json: flag("print a line of JSON per image, then one summary; everything else on stderr", false),
  }),
};
