import type { OptionTable } from "./option.ts";
import { device, imgsz, model, outputDirectory } from "./shared-options.ts";

const notServer = ["cli", "library"] as const;

/** Thresholds and filters of a prediction. */
const detection: OptionTable = {
  conf: {
    type: "number",
    help: "detections need a confidence above this",
    default: ({ nms }) => nms.predict.conf,
    min: 0,
    max: 1,
  },
  iou: {
    type: "number",
    help: "of two boxes of a class with an IoU above this, the one with the lower confidence is dropped",
    default: ({ nms }) => nms.predict.iou,
    min: 0,
    max: 1,
  },
  max_det: {
    type: "integer",
    help: "maximum detections per image",
    default: ({ nms }) => nms.predict.maxDet,
    min: 1,
  },
  classes: { type: "classes", help: "names or numbers of the classes to detect", defaultText: "all" },
  agnostic_nms: {
    type: "boolean",
    help: "let boxes of different classes suppress each other",
    default: false,
  },
  augment: {
    type: "boolean",
    help: "test-time augmentation: detect in the image, mirrored at 83 %, and at 67 % of its size",
    default: false,
  },
};

/** What is saved of a prediction, and how it is drawn. */
const saving: OptionTable = {
  save: {
    type: "boolean",
    help: "save images and videos with boxes drawn on them",
    default: true,
    libraryDefault: false,
    setBy: notServer,
  },
  save_frames: { type: "boolean", help: "also save a video's frames as images", default: false, setBy: notServer },
  save_txt: { type: "boolean", help: "save detections as label files in labels/", default: false, setBy: notServer },
  save_conf: { type: "boolean", help: "with confidences in the label files", default: false, setBy: notServer },
  save_crop: { type: "boolean", help: "save every detection cut out, in crops/", default: false, setBy: notServer },
  save_json: {
    type: "boolean",
    help: "save predictions.json in the format of COCO's evaluation",
    default: false,
    setBy: notServer,
  },
  show_labels: { type: "boolean", help: "write class names on boxes", default: true, setBy: notServer },
  show_conf: { type: "boolean", help: "write confidences on boxes", default: true, setBy: notServer },
  show_boxes: { type: "boolean", help: "draw boxes", default: true, setBy: notServer },
  line_width: {
    type: "integer",
    help: "line width of boxes, in pixels",
    defaultText: "from the image's size",
    min: 1,
    setBy: notServer,
  },
};

/** Options of `predict`. */
export const predictOptions: OptionTable = {
  model: { ...model.model, type: "text", help: ".pt, .safetensors or .onnx weights" },
  source: {
    type: "text",
    expects: "path",
    help: "image, video, folder, pattern in quotes ('photos/**'), list (.txt, .csv), address (http, rtsp, …), camera (0), or - for standard input",
    required: true,
    setBy: ["cli"],
  },
  ...imgsz,
  ...detection,
  rect: {
    type: "boolean",
    help: "pad images only to the next multiple of the stride, not to a square",
    default: true,
    setBy: notServer,
  },
  half: { type: "boolean", help: "half precision, on GPUs", default: false, setBy: notServer },
  batch: {
    type: "integer",
    help: "images per batch; more than one pays on GPUs",
    default: 1,
    min: 1,
    setBy: notServer,
  },
  workers: {
    type: "integer",
    help: "threads that process images in parallel",
    defaultText: "one per core, for many images",
    min: 0,
    setBy: notServer,
  },
  vid_stride: { type: "integer", help: "process every n-th frame of videos", default: 1, min: 1, setBy: notServer },
  stream_buffer: {
    type: "boolean",
    help: "process every frame of cameras and broadcasts, not just the newest",
    default: false,
    setBy: notServer,
  },
  ...saving,
  ...outputDirectory("predict"),
  ...device,
  json: {
    type: "boolean",
    help: "print a line of JSON per image, then one summary; everything else on stderr",
    default: false,
    setBy: ["cli"],
  },
};
