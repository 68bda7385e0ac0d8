import { type Command, command } from "../command.ts";
import { choice, flag, integer, integers, number, type OptionTable, text } from "../options/option.ts";
import { UsageError } from "../options/usage-error.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { loadModel } from "./load-model.ts";
import { givenRecipe, recipeOptions } from "./recipe-options.ts";
import { deviceOptions, imgszOption, outputOptions, placeOptions } from "./shared-options.ts";

/** What may be left out when a training goes on. */
const startOptions = {
  model: text({
    help: ".pt or .safetensors weights, or a model file such as yolov8n.yaml (required, unless resume)",
    expects: "file",
    fallback: undefined,
  }),
  data: text({ help: "data set file (required, unless resume)", expects: "file.yaml", fallback: undefined }),
  resume: text({
    help: "go on with a stopped training: its weights/last.safetensors, or true for the newest one",
    expects: "file",
    fallback: undefined,
  }),
} satisfies OptionTable;

const runOptions = {
  epochs: integer({ help: "times to go through the data set", fallback: 100, min: 1 }),
  imgsz: imgszOption(640),
  batch: integer({ help: "pictures in a batch", fallback: 16, min: 1 }),
  val: choice(["every", "last", "never"], { help: "epochs to validate after", fallback: "every" }),
  patience: integer({ help: "epochs without a fitter one after which to stop; 0 never does", fallback: 100, min: 0 }),
  time: number({ help: "hours after which to stop (default no limit)", fallback: undefined, min: 0 }),
  save_period: integer({ help: "keep the weights of every so many epochs; 0 keeps none", fallback: 0, min: 0 }),
  freeze: integers("rows whose weights stay as they are: 10 is the first ten, 0,1,2 are these"),
  rect: flag({ help: "group pictures of like shape, unshuffled and not augmented", fallback: false }),
  multi_scale: flag({ help: "give every batch another size, ±50 %", fallback: false }),
  image_weights: flag({ help: "show pictures of badly found classes more often", fallback: false }),
  single_cls: flag({ help: "take all objects as one class", fallback: false }),
  fraction: number({ help: "share of the training pictures to use", fallback: 1, min: 0, max: 1 }),
  seed: integer({ help: "seed of the pictures' order, of augmentation and of new weights", fallback: 0, min: 0 }),
  workers: integer({
    help: "threads that decode and augment (default: one less than there are cores)",
    fallback: undefined,
    min: 0,
  }),
  cache: choice(["auto", "ram", "disk", "none"], { help: "where decoded pictures are kept", fallback: "auto" }),
  hyp: text({
    help: "hyper-parameters to start from: a preset such as v5-scratch-high, or a YAML file",
    expects: "preset|file.yaml",
    fallback: undefined,
  }),
} satisfies OptionTable;

/** `lookonce train`: teaches a model a data set. */
export const train: Command = command({
  name: "train",
  summary: "Teaches a model the classes of a data set.",
  options: {
    ...startOptions,
    ...runOptions,
    ...recipeOptions,
    ...placeOptions("train"),
    ...deviceOptions,
    ...outputOptions,
  },
  examples: [
    "lookonce train model=yolov8n.pt data=coco128.yaml epochs=3 imgsz=320",
    "lookonce train model=yolov8n.yaml data=my-pictures.yaml epochs=100 batch=8 device=auto",
    "lookonce train resume=runs/train/weights/last.safetensors",
  ],
  async run(values, terminal) {
    const { progress } = await import("lookonce");
    const { epochs, imgsz, batch, val, project, name, patience, rect, fraction, cache, exist_ok: existOk } = values;
    const {
      save_period: savePeriod,
      multi_scale: multiScale,
      image_weights: imageWeights,
      single_cls: singleCls,
    } = values;
    const model = await start(values, terminal);
    const signal = terminal.catchInterrupt();
    const report = await model.train({
      ...{ epochs, imgsz, batch, val, project, name, existOk, patience, savePeriod, rect, fraction, cache },
      ...{ multiScale, imageWeights, singleCls, resume: values.resume !== undefined },
      ...given(values, ["data", "time", "workers", "hyp"]),
      ...(values.freeze === undefined ? {} : { freeze: rowsOf(values.freeze) }),
      recipe: givenRecipe(values),
      callbacks: [await progress(terminal.stderr)],
      ...(signal === undefined ? {} : { signal }),
    });
    const { map50 = null, map50_95 = null } = report.validation ?? {};
    if (report.interrupted) {
      terminal.warn(`stopped after ${report.epochs} epochs; to go on: lookonce train resume=${report.last}`);
    }
    if (map50 !== null) terminal.say(`best epoch: mAP50 ${map50.toFixed(3)}, mAP50-95 ${map50_95?.toFixed(3)}`);
    terminal.say(`saved in ${report.directory}; the best weights are ${report.best}`);
    await model.dispose();
    const { directory: dir, epochs: done, seconds, losses } = report;
    return { dir, epochs: done, seconds, losses, map50, map50_95 };
  },
});

interface StartValues {
  model: string | undefined;
  data: string | undefined;
  resume: string | undefined;
  project: string;
}

/** The model to train, or the one whose training goes on. */
async function start(values: StartValues & Omit<Parameters<typeof loadModel>[0], "model">, terminal: Terminal) {
  const { model, data, resume, project } = values;
  if (resume !== undefined) {
    const { newestTraining } = await import("lookonce");
    const file = resume === "true" ? newestTraining(project) : resume;
    terminal.note(`going on with ${file}`);
    return loadModel({ ...values, model: file }, terminal);
  }
  const missing = [model === undefined ? "model=file" : "", data === undefined ? "data=file.yaml" : ""]
    .join(" ")
    .trim();
  if (model !== undefined && data !== undefined) return loadModel({ ...values, model }, terminal);
  throw new UsageError(`train needs ${missing}. See: lookonce help train`);
}

/** One number is how many of the first rows, several are the rows. */
function rowsOf(numbers: readonly number[]): number | readonly number[] {
  return numbers.length === 1 ? (numbers[0] as number) : numbers;
}

/** The values of these keys that are given. */
function given<T extends object, K extends keyof T>(values: T, keys: readonly K[]): { [P in K]?: NonNullable<T[P]> } {
  const found = keys.filter((key) => values[key] !== undefined).map((key) => [key, values[key]]);
  return Object.fromEntries(found) as { [P in K]?: NonNullable<T[P]> };
}
