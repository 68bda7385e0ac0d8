import type { Recipe } from "@lookonce/config";
import type { Dataset } from "@lookonce/data";
import { existsSync, join, renameSync, rmSync } from "@lookonce/files";
import type { GenerationReport, GenerationScores } from "@lookonce/trainer";
import { buildForClasses } from "./build-model.ts";
import type { SavedEvolution } from "./evolve-args.ts";
import type { ModelSource } from "./model-source.ts";
import type { TrainOptions } from "./options.ts";
import { anchorsPerLevel } from "./run-training.ts";

/** The trainings of an evolution: here, or on a queue. */
export interface Trials {
  evaluate(recipe: Recipe, generation: number): Promise<GenerationScores | undefined>;
  /** Called when a generation counts; the fittest run is kept. */
  over(report: Pick<GenerationReport, "generation" | "isBest">): Promise<void>;
  close(): Promise<void>;
}

/** What the trainings of an evolution have in common. */
export interface TrialsContext {
  source: ModelSource;
  /** The evolution's. */
  directory: string;
  data: Dataset;
  valData: Dataset;
  train: SavedEvolution["train"];
  options: TrialOptions;
}

/** Options of the trainings that do not change what they find, and of where they are computed. */
export type TrialOptions = Pick<TrainOptions, "workers" | "cache" | "callbacks" | "transforms" | "signal"> & {
  queue?: string | undefined;
  storage?: string | undefined;
  endpoint?: string | undefined;
  priority?: "high" | "normal" | "low" | undefined;
  project?: string | undefined;
  log?: ((line: string) => void) | undefined;
};

/** Trains once, in an empty folder, and returns the scores of the validation after it; nothing where it was stopped. */
export async function trainTrial(
  source: ModelSource,
  trial: {
    recipe: Recipe;
    generation: number;
    train: SavedEvolution["train"] &
      Omit<TrialOptions, "queue" | "storage" | "endpoint" | "priority" | "project" | "log">;
    data: Dataset;
    valData: Dataset;
    directory: string;
  },
): Promise<GenerationScores | undefined> {
  const { recipe, generation, train, data, valData, directory } = trial;
  const trainer = await import("@lookonce/trainer");
  const { hyp, singleCls, fraction, ...settings } = train;
  const { model } = await buildForClasses(source, {
    ...{ names: data.names, keypoints: data.keypoints, seed: train.seed ?? 0 },
    ...anchorsPerLevel(recipe, train),
  });
  try {
    const args = { model: source.name, generation };
    const report = await trainer.train(model, { ...settings, recipe, data, valData, directory, args });
    const { validation, interrupted } = report;
    if (interrupted || validation === undefined) return undefined;
    const { taskOf } = await import("@lookonce/families");
    return { fitness: validation.fitness, ...taskOf(validation.task).columns(validation) };
  } finally {
    model.dispose();
  }
}

/** Keeps another run as the fittest. @param move makes its folder, which is not there then */
export async function keepRun(directory: string, move: (best: string) => void | Promise<void>): Promise<void> {
  const best = join(directory, "best");
  const before = join(directory, "before");
  if (existsSync(best)) renameSync(best, before);
  await move(best);
  rmSync(before, { recursive: true, force: true });
}
