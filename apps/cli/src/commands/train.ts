import { type Command, command } from "../command.ts";
import { choice, integer, number, type OptionTable, requiredText } from "../options/option.ts";
import { loadModel } from "./load-model.ts";
import { deviceOptions, imgszOption, modelOption, outputOptions, placeOptions } from "./shared-options.ts";

/** Settings of the recipe: their defaults are the trainer's, YOLOv8's. */
const recipeOptions = {
  optimizer: choice(["SGD", "AdamW"], { help: "optimiser (default SGD)", fallback: undefined }),
  lr0: number({ help: "learning rate after warm-up (default 0.01)", fallback: undefined, min: 0 }),
  lrf: number({ help: "last rate as a share of lr0 (default 0.01)", fallback: undefined, min: 0, max: 1 }),
  momentum: number({ help: "momentum (default 0.937)", fallback: undefined, min: 0, max: 0.9999 }),
  weight_decay: number({ help: "decay of weights (default 0.0005)", fallback: undefined, min: 0 }),
  warmup_epochs: number({ help: "epochs of warm-up (default 3)", fallback: undefined, min: 0 }),
  box: number({ help: "gain of the box loss (default 7.5)", fallback: undefined, min: 0 }),
  cls: number({ help: "gain of the class loss (default 0.5)", fallback: undefined, min: 0 }),
  dfl: number({ help: "gain of the distribution focal loss (default 1.5)", fallback: undefined, min: 0 }),
} satisfies OptionTable;

/** `lookonce train`: teaches a model a data set. */
export const train: Command = command({
  name: "train",
  summary: "Teaches a model the classes of a data set.",
  options: {
    model: modelOption,
    data: requiredText("data set file", "file.yaml"),
    epochs: integer({ help: "times to go through the data set", fallback: 100, min: 1 }),
    imgsz: imgszOption(640),
    batch: integer({ help: "pictures in a batch", fallback: 16, min: 1 }),
    val: choice(["every", "last", "never"], { help: "epochs to validate after", fallback: "every" }),
    seed: integer({ help: "seed of the pictures' order and of new weights", fallback: 0, min: 0 }),
    ...recipeOptions,
    ...placeOptions("train"),
    ...deviceOptions,
    ...outputOptions,
  },
  examples: [
    "lookonce train model=yolov8n.pt data=coco128.yaml epochs=3 imgsz=320",
    "lookonce train model=yolov8n.yaml data=my-pictures.yaml epochs=100 batch=8 device=auto",
  ],
  async run(values, terminal) {
    const { progress } = await import("lookonce");
    const { data, epochs, imgsz, batch, val, project, name, exist_ok: existOk } = values;
    const model = await loadModel(values, terminal);
    const signal = terminal.catchInterrupt();
    const report = await model.train({
      ...{ data, epochs, imgsz, batch, val, project, name, existOk },
      recipe: pick(values, Object.keys(recipeOptions) as (keyof typeof recipeOptions)[]),
      callbacks: [await progress(terminal.stderr)],
      ...(signal === undefined ? {} : { signal }),
    });
    const { map50 = null, map50_95 = null } = report.validation ?? {};
    if (report.interrupted) terminal.warn(`stopped after ${report.epochs} of ${epochs} epochs`);
    if (map50 !== null) terminal.say(`best epoch: mAP50 ${map50.toFixed(3)}, mAP50-95 ${map50_95?.toFixed(3)}`);
    terminal.say(`saved in ${report.directory}; the best weights are ${report.best}`);
    await model.dispose();
    const { directory: dir, epochs: done, seconds, losses } = report;
    return { dir, epochs: done, seconds, losses, map50, map50_95 };
  },
});

/** The values of these keys that are given. */
function pick<T extends object, K extends keyof T>(values: T, keys: readonly K[]): { [P in K]?: NonNullable<T[P]> } {
  const given = keys.filter((key) => values[key] !== undefined).map((key) => [key, values[key]]);
  return Object.fromEntries(given) as { [P in K]?: NonNullable<T[P]> };
}
