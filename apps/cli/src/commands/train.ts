import { type Command, command } from "../command.ts";
import { flag, integer, type OptionTable, text } from "../options/option.ts";
import { UsageError } from "../options/usage-error.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { loadModel } from "./load-model.ts";
import { recipeOptions } from "./recipe-options.ts";
import { runEvolution } from "./run-evolution.ts";
import { runOptions, runSettings } from "./run-settings.ts";
import { scoresTable } from "./scores-table.ts";
import { deviceOptions, outputOptions, placeOptions } from "./shared-options.ts";

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

/** `lookonce train`: teaches a model a data set. */
export const train: Command = command({
  name: "train",
  summary: "Teaches a model the classes of a data set.",
  options: {
    ...startOptions,
    evolve: integer({
      help: "train so many times to search for hyper-parameters, as lookonce evolve",
      fallback: undefined,
      min: 1,
    }),
    ...runOptions,
    plots: flag({ help: "draw labels, batches, results and the validation of the best weights", fallback: true }),
    tensorboard: flag({ help: "write an event file for TensorBoard", fallback: true }),
    ...recipeOptions,
    ...placeOptions("train"),
    ...deviceOptions,
    ...outputOptions,
  },
  examples: [
    "lookonce train model=yolov8n.pt data=coco128.yaml epochs=3 imgsz=320",
    "lookonce train model=yolov8n.yaml data=my-images.yaml epochs=100 batch=8 device=auto",
    "lookonce train resume=runs/train/weights/last.safetensors",
  ],
  async run(values, terminal) {
    if (values.evolve !== undefined) return runEvolution({ ...values, generations: values.evolve }, terminal);
    const { progress } = await import("lookonce");
    const model = await start(values, terminal);
    const signal = terminal.catchInterrupt();
    const report = await model.train({
      ...runSettings(values),
      ...{ resume: values.resume !== undefined, plots: values.plots, tensorboard: values.tensorboard },
      callbacks: [await progress(terminal.stderr)],
      ...(signal === undefined ? {} : { signal }),
    });
    const { validation } = report;
    const { map50 = null, map50_95 = null } = validation ?? {};
    if (report.interrupted) {
      terminal.warn(`stopped after ${report.epochs} epochs; to go on: lookonce train resume=${report.last}`);
    }
    if (validation !== undefined) for (const line of scoresTable(validation)) terminal.say(line);
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
  throw new UsageError(
    `train needs ${missing}. For example: lookonce train model=yolov8n.pt data=coco128.yaml epochs=3 (all options: lookonce help train)`,
  );
}
