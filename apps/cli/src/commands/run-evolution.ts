import type { CommandValues, EvolveArgs, TrainArgs } from "@lookonce/config";
import type { EvolveOptions, QueueOptions } from "@lookonce/yolo";
import { requireStart } from "../options/parse.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { fetching } from "./load-model.ts";

interface EvolutionValues
  extends Pick<CommandValues["evolve"], "model" | "data" | "resume" | "generations" | "device" | "threads"> {
  /** Settings of its trainings. */
  args: TrainArgs | EvolveArgs;
  /** The queue whose workers train. */
  shared?: Partial<QueueOptions>;
}

/** Evolves hyper-parameters and reports every generation; what `lookonce evolve` and `lookonce train evolve=N` do. */
export async function runEvolution(values: EvolutionValues, terminal: Terminal): Promise<object> {
  const { evolve } = await import("@lookonce/yolo");
  const { resume, device, threads, generations, args } = values;
  const { cache, workers } = args;
  const signal = terminal.catchInterrupt();
  const total = generations ?? 300;
  let generation = 0;
  const options: EvolveOptions = {
    ...(resume === undefined ? startOf(values) : { resume }),
    ...(generations === undefined ? {} : { generations }),
    ...{ device, threads, cache, workers, signal, ...values.shared },
    ...fetching(terminal),
    callbacks: [
      {
        onTrainBatchEnd({ epoch, iteration }) {
          terminal.progress(`generation ${generation + 1}/${total}  epoch ${epoch + 1}  batch ${iteration + 1}`);
        },
      },
    ],
    onGeneration({ generation: number, scores, best, isBest }) {
      generation = number;
      terminal.note(
        `generation ${number}: fitness ${scores.fitness.toFixed(5)}${isBest ? " *" : `, the best is ${best.toFixed(5)}`}`,
      );
    },
  };
  const { directory: dir, generations: done, best, hyp, csv, plot, interrupted } = await evolve(options);
  if (interrupted) terminal.warn(`stopped after ${done} generations; to go on: lookonce evolve resume=${dir}`);
  if (best === undefined) return { dir, generations: done, best: null, hyp: null, csv, plot: null };
  terminal.say(`best of ${done}: generation ${best.generation}, fitness ${best.scores.fitness.toFixed(5)}`);
  terminal.say(`its hyper-parameters are ${hyp}; all are ${csv} and ${plot}`);
  return { dir, generations: done, best, hyp, csv, plot };
}

/** What a new evolution needs. */
function startOf({ args, ...values }: EvolutionValues): EvolveOptions {
  const { model } = requireStart(values, {
    name: "evolve",
    example: "lookonce evolve model=yolov8n.pt data=coco128.yaml",
  });
  // `lookonce train evolve=N` writes where an evolution does, unless it is named
  return { ...args, model, name: args.name === "train" ? "evolve" : args.name };
}
