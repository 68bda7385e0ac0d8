import type { PredictOptions } from "lookonce";
import { type Command, command } from "../command.ts";
import { flag, integer, number, type OptionTable, type OptionValues, requiredText, words } from "../options/option.ts";
import { loadModel } from "./load-model.ts";
import { PredictReport } from "./predict-report.ts";
import { deviceOptions, imgszOption, modelOption, outputOptions, placeOptions } from "./shared-options.ts";

const options = {
  model: { ...modelOption, help: ".pt, .safetensors or .onnx weights" },
  source: requiredText(
    "image, video, folder, pattern in quotes ('photos/**'), list (.txt, .csv), address (http, rtsp, …), camera (0), or - for standard input",
    "path",
  ),
  imgsz: imgszOption(640),
  conf: number({ help: "confidence that a detection must exceed", fallback: 0.25, min: 0, max: 1 }),
  iou: number({
    help: "overlap above which the weaker of two boxes goes (default 0.7, YOLOv5 0.45)",
    fallback: undefined,
    min: 0,
    max: 1,
  }),
  max_det: integer({ help: "most detections in an image", fallback: 300, min: 1 }),
  classes: words({ help: "names or numbers of the classes wanted (default: all)", fallback: undefined }),
  agnostic_nms: flag({ help: "let boxes of different classes suppress each other", fallback: false }),
  augment: flag({ help: "look three times: as it is, mirrored and smaller, smaller still", fallback: false }),
  rect: flag({ help: "pad images only as far as needed, not to a square", fallback: true }),
  half: flag({ help: "half precision, on GPUs", fallback: false }),
  batch: integer({ help: "images looked at together; it pays on GPUs", fallback: 1, min: 1 }),
  workers: integer({
    help: "threads that look at images side by side (default: one a core, for many images)",
    fallback: undefined,
    min: 0,
  }),
  vid_stride: integer({ help: "of videos take every so many frames", fallback: 1, min: 1 }),
  stream_buffer: flag({ help: "of cameras and broadcasts take every frame, not the newest", fallback: false }),
  save: flag({ help: "save images and videos with boxes drawn in", fallback: true }),
  save_frames: flag({ help: "save a video's frames as images, too", fallback: false }),
  save_txt: flag({ help: "save labels/, detections as label files", fallback: false }),
  save_conf: flag({ help: "with confidences", fallback: false }),
  save_crop: flag({ help: "save crops/, every detection cut out", fallback: false }),
  save_json: flag({ help: "save predictions.json, as COCO's evaluation reads it", fallback: false }),
  show_labels: flag({ help: "write class names on boxes", fallback: true }),
  show_conf: flag({ help: "write confidences on boxes", fallback: true }),
  show_boxes: flag({ help: "draw boxes", fallback: true }),
  line_width: integer({ help: "of boxes, in pixels (default: from the image)", fallback: undefined, min: 1 }),
  ...placeOptions("predict"),
  ...deviceOptions,
  ...outputOptions,
  json: flag({ help: "a line of JSON for every image, then one in all; all else to stderr", fallback: false }),
} satisfies OptionTable;

/** `lookonce predict`: finds objects and draws them into copies of the images. */
export const predict: Command = command({
  name: "predict",
  summary: "Finds objects in images and videos and draws them into copies.",
  options,
  examples: [
    "lookonce predict model=yolov8n.pt source=bus.jpg",
    "lookonce predict model=yolov8n.onnx source='photos/**' conf=0.5 classes=person,dog --json",
    "lookonce predict model=yolov8n.pt source=street.mp4 vid_stride=2",
    "lookonce predict model=yolov8n.pt source=rtsp://192.168.0.10/stream save=false",
  ],
  async run(values, terminal) {
    const model = await loadModel(values, terminal);
    const report = new PredictReport(terminal, values.json);
    const signal = terminal.catchInterrupt();
    try {
      const settings: PredictOptions = {
        ...settingsOf(values),
        onOpen: ({ count }) => report.expect(count),
        onSave: (directory) => report.savedIn(directory),
        onSkip: (image) => report.skip(image),
        ...(signal === undefined ? {} : { signal }),
      };
      for await (const result of model.stream(values.source, settings)) report.add(result);
    } finally {
      await model.dispose();
    }
    return report.finish(signal?.aborted === true);
  },
});

/** What was said on the command line, under the façade's names. */
function settingsOf(values: OptionValues<typeof options>): PredictOptions {
  const { imgsz, conf, iou, classes, augment, rect, half, batch, workers, project, name, save } = values;
  const settings = {
    ...{ imgsz, conf, iou, classes, augment, rect, half, batch, workers, project, name, save },
    ...{ maxDet: values.max_det, agnosticNms: values.agnostic_nms, existOk: values.exist_ok },
    ...{ vidStride: values.vid_stride, streamBuffer: values.stream_buffer, saveFrames: values.save_frames },
    ...{ saveTxt: values.save_txt, saveConf: values.save_conf, saveCrop: values.save_crop, saveJson: values.save_json },
    ...{ showLabels: values.show_labels, showConf: values.show_conf, showBoxes: values.show_boxes },
    lineWidth: values.line_width,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}
