import { type Command, command } from "../command.ts";
import { choice, flag, integer, number, requiredText } from "../options/option.ts";
import { bar } from "../terminal/bar.ts";
import { table } from "../terminal/table.ts";
import { loadModel } from "./load-model.ts";
import { deviceOptions, imgszOption, modelOption, outputOptions } from "./shared-options.ts";

/** `lookonce val`: measures a model on a data set. */
export const val: Command = command({
  name: "val",
  summary: "Measures precision, recall and average precision on a data set.",
  options: {
    model: modelOption,
    data: requiredText("data set file", "file.yaml"),
    split: choice(["val", "test", "train"], { help: "part of the data set", fallback: "val" }),
    imgsz: imgszOption(640),
    batch: integer({ help: "pictures in a batch", fallback: 16, min: 1 }),
    conf: number({ help: "confidence that a detection must exceed", fallback: 0.001, min: 0, max: 1 }),
    iou: number({
      help: "overlap above which the weaker of two boxes goes (default 0.7, YOLOv5 0.6)",
      fallback: undefined,
      min: 0,
      max: 1,
    }),
    max_det: integer({ help: "most detections in a picture", fallback: 300, min: 1 }),
    rect: flag({ help: "batches of pictures of like shape, with little border", fallback: true }),
    ...deviceOptions,
    ...outputOptions,
  },
  examples: ["lookonce val model=yolov8n.pt data=coco128.yaml imgsz=640"],
  async run(values, terminal) {
    const { data, split, imgsz, batch, conf, iou, max_det: maxDet, rect } = values;
    const model = await loadModel(values, terminal);
    const result = await model.val({
      ...{ data, split, imgsz, batch, conf, maxDet, rect },
      ...(iou === undefined ? {} : { iou }),
      onProgress: ({ done, batches }) => terminal.progress(`${bar(done, batches)} ${done}/${batches} batches`),
    });
    await model.dispose();
    const { images, instances, precision, recall, map50, map50_95, perClass, speed } = result;
    const scores = { precision, recall, map50, map50_95 };
    const rows = [{ name: "all", images, instances, ...scores }, ...perClass];
    const header = ["class", "pictures", "objects", "precision", "recall", "mAP50", "mAP50-95"];
    const lines = table(
      header,
      rows.map((row) => [
        ...[row.name, String(row.images), String(row.instances)],
        ...[row.precision, row.recall, row.map50, row.map50_95].map((score) => score.toFixed(3)),
      ]),
    );
    for (const line of lines) terminal.say(line);
    const each = Object.entries(speed).map(([stage, milliseconds]) => `${stage} ${milliseconds.toFixed(1)} ms`);
    terminal.note(`each picture: ${each.join(", ")}`);
    return { images, instances, ...scores, perClass, speed };
  },
});
