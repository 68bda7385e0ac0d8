import { type Command, command } from "../command.ts";
import { choice, integer, text } from "../options/option.ts";
import { recipeOptions } from "./recipe-options.ts";
import { runEvolution } from "./run-evolution.ts";
import { runOptions } from "./run-settings.ts";
import { deviceOptions, outputOptions, placeOptions } from "./shared-options.ts";

/** `lookonce evolve`: searches for hyper-parameters. */
export const evolve: Command = command({
  name: "evolve",
  summary: "Searches for hyper-parameters: trains over and over, and changes those further that did well.",
  options: {
    model: text({
      help: "weights or a model file that every training starts from (required, unless resume)",
      expects: "file",
      fallback: undefined,
    }),
    data: text({ help: "data set file (required, unless resume)", expects: "file.yaml", fallback: undefined }),
    generations: integer({ help: "trainings in all (default 300)", fallback: undefined, min: 1 }),
    resume: text({ help: "go on with a stopped evolution: its folder", expects: "folder", fallback: undefined }),
    ...runOptions,
    epochs: integer({ help: "times that each training goes through the data set", fallback: 10, min: 1 }),
    val: choice(["last", "every"], { help: "epochs to validate after", fallback: "last" }),
    ...recipeOptions,
    ...placeOptions("evolve"),
    ...deviceOptions,
    ...outputOptions,
  },
  examples: [
    "lookonce evolve model=yolov8n.pt data=coco128.yaml generations=100 epochs=10",
    "lookonce evolve resume=runs/evolve",
  ],
  run: (values, terminal) => runEvolution(values, terminal),
});
