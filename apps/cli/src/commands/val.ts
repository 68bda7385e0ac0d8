import { type Command, command } from "../command.ts";
import { choice, flag, integer, number, requiredText } from "../options/option.ts";
import { bar } from "../terminal/bar.ts";
import { loadModel } from "./load-model.ts";
import { scoresTable } from "./scores-table.ts";
import { deviceOptions, imgszOption, modelOption, outputOptions, placeOptions } from "./shared-options.ts";

/** `lookonce val`: measures a model on a data set. */
export const val: Command = command({
  name: "val",
  summary: "Measures precision, recall and average precision on a data set.",
  options: {
    model: modelOption,
    data: requiredText("data set file", "file.yaml"),
    split: choice(["val", "test", "train"], { help: "part of the data set", fallback: "val" }),
    imgsz: imgszOption(640),
    batch: integer({ help: "images in a batch", fallback: 16, min: 1 }),
    conf: number({ help: "confidence that a detection must exceed", fallback: 0.001, min: 0, max: 1 }),
    iou: number({
      help: "overlap above which the weaker of two boxes goes (default 0.7, YOLOv5 0.6)",
      fallback: undefined,
      min: 0,
      max: 1,
    }),
    max_det: integer({ help: "most detections in an image", fallback: 300, min: 1 }),
    rect: flag({ help: "batches of images of like shape, with little border", fallback: true }),
    single_cls: flag({ help: "take all objects as one class", fallback: false }),
    workers: integer({
      help: "threads that read images ahead (default: one less than there are cores)",
      fallback: undefined,
      min: 0,
    }),
    plots: flag({ help: "draw confusion matrix, curves, and labels and detections of images", fallback: true }),
    save_json: flag({ help: "write predictions.json, as COCO's evaluation reads it", fallback: false }),
    coco_ids: flag({ help: "number its categories as COCO's annotations, 1 to 90", fallback: false }),
    save_txt: flag({ help: "write labels/, detections as label files", fallback: false }),
    save_conf: flag({ help: "with confidences", fallback: false }),
    ...placeOptions("val"),
    ...deviceOptions,
    ...outputOptions,
  },
  examples: [
    "lookonce val model=yolov8n.pt data=coco128.yaml imgsz=640",
    "lookonce val model=runs/train/weights/best.safetensors data=coco.yaml save_json=true coco_ids=true",
  ],
  async run(values, terminal) {
    const { data, split, imgsz, batch, conf, iou, max_det: maxDet, rect, workers, plots, project, name } = values;
    const { save_json: saveJson, save_txt: saveTxt, save_conf: saveConf, exist_ok: existOk } = values;
    const model = await loadModel(values, terminal);
    const report = await model.val({
      ...{ data, split, imgsz, batch, conf, maxDet, rect, plots, saveJson, saveTxt, saveConf, project, name, existOk },
      ...{ singleCls: values.single_cls, cocoIds: values.coco_ids },
      ...(iou === undefined ? {} : { iou }),
      ...(workers === undefined ? {} : { workers }),
      onProgress: ({ done, batches }) => terminal.progress(`${bar(done, batches)} ${done}/${batches} batches`),
    });
    await model.dispose();
    for (const line of scoresTable(report)) terminal.say(line);
    const { images, instances, precision, recall, map50, map75, map50_95, perClass, speed, directory } = report;
    const each = Object.entries(speed).map(([stage, milliseconds]) => `${stage} ${milliseconds.toFixed(1)} ms`);
    terminal.note(`each image: ${each.join(", ")}`);
    if (directory !== undefined) terminal.say(`saved in ${directory}`);
    const dir = directory ?? null;
    return { images, instances, precision, recall, map50, map75, map50_95, perClass, speed, dir };
  },
});
