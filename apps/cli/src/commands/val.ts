import { type CommandWork, work } from "../command.ts";
import { bar } from "../terminal/bar.ts";
import { loadModel } from "./load-model.ts";
import { scoresTable } from "./scores-table.ts";

/** `lookonce val`: measures a model on a data set. */
export const val: CommandWork = work("val", {
  examples: [
    "lookonce val model=yolov8n.pt data=coco128.yaml imgsz=640",
    "lookonce val model=runs/train/weights/best.safetensors data=coco.yaml save_json=true coco_ids=true",
  ],
  async run(values, terminal, args) {
    const model = await loadModel(values, terminal);
    const report = await model.val({
      ...args,
      onProgress: ({ done, batches }) => terminal.progress(`${bar(done, batches)} ${done}/${batches} batches`),
    });
    await model.dispose();
    terminal.say(...scoresTable(report));
    const { images, instances, precision, recall, map50, map75, map50_95, perClass, speed, directory, unreadable } =
      report;
    const each = Object.entries(speed).map(([stage, milliseconds]) => `${stage} ${milliseconds.toFixed(1)} ms`);
    terminal.note(`each image: ${each.join(", ")}`);
    if (directory !== undefined) terminal.say(`saved in ${directory}`);
    const dir = directory ?? null;
    return {
      images,
      instances,
      precision,
      recall,
      map50,
      map75,
      map50_95,
      perClass,
      speed,
      dir,
      ...(unreadable && { unreadable }),
    };
  },
});
