import type { CommandArgs, CommandValues } from "@lookonce/config";
import type { ValReport } from "@lookonce/yolo";
import { type CommandWork, work } from "../command.ts";
import { bar } from "../terminal/bar.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { fetching, loadModel } from "./load-model.ts";
import { scoresTable } from "./scores-table.ts";

/** `lookonce val`: measures a model on a data set. */
export const val: CommandWork = work("val", {
  examples: [
    "lookonce val model=yolov8n.pt data=coco128.yaml imgsz=640",
    "lookonce val model=runs/train/weights/best.safetensors data=coco.yaml save_json=true coco_ids=true",
  ],
  async run(values, terminal, args) {
    const report = await validate(values, terminal, args);
    if (report === undefined) return { stopped: true };
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

/** Measures here, or on the workers of a queue; nothing where somebody stopped the wait for these. */
async function validate(
  values: CommandValues["val"],
  terminal: Terminal,
  args: CommandArgs["val"],
): Promise<ValReport | undefined> {
  const onProgress = ({ done, batches }: { done: number; batches: number }): void =>
    terminal.progress(`${bar(done, batches)} ${done}/${batches} batches`);
  const { queue, storage, endpoint, priority, shard, job } = values;
  if (queue !== undefined) {
    const { valOnQueue } = await import("@lookonce/yolo");
    const shared = { queue, storage, endpoint, priority, shard, job, ...fetching(terminal) };
    return valOnQueue(values.model, { ...args, ...shared, onProgress, signal: terminal.catchInterrupt() });
  }
  const model = await loadModel(values, terminal);
  const report = await model.val({ ...args, onProgress });
  await model.dispose();
  return report;
}
