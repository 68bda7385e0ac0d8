import { hostname } from "node:os";
import { join } from "node:path";
import type { Recipe } from "@lookonce/config";
import { LookonceError } from "@lookonce/errors";
import type { FileRef, Job, JobOutput, RunnerContext } from "@lookonce/queue";
import type { GenerationScores } from "@lookonce/trainer";
import type { SavedEvolution } from "../evolve-args.ts";
import { findModel } from "../model-source.ts";
import { Place, type PlaceOptions } from "../place.ts";
import { openTrainingData } from "../run-training.ts";
import { trainTrial } from "../train-trial.ts";
import { filesBelow, savedFolder } from "./predict-job.ts";
import { modelFile } from "./shared-files.ts";
import { datasetDigest } from "./val-job.ts";

/** One training of an evolution. */
export interface TrialTask {
  model: FileRef;
  /** As the evolution names the model. */
  name: string;
  data: FileRef;
  /** Of the images and labels to train with and to validate with. */
  digests: readonly [train: string, val: string];
  train: SavedEvolution["train"];
  recipe: Recipe;
  generation: number;
}

/** What a trial found: scores, or that it left the finite numbers, which counts as unfit. */
export type TrialResult = { scores: GenerationScores } | { unfit: string };

/** Trains once for an evolution. */
export async function runTrialJob(job: Job, place: PlaceOptions, context: RunnerContext): Promise<JobOutput> {
  const task = job.task as unknown as TrialTask;
  const { folder, signal, log, progress } = context;
  const { localFile } = await import("@lookonce/queue");
  const source = await findModel(await modelFile(task.model, context));
  await new Place(place, log).enter();
  const file = await localFile(task.data, context);
  const { data, valData } = await openTrainingData(source, { ...task.train, data: file, log });
  const seen = [data, valData].map((dataset) => dataset && datasetDigest(dataset));
  if (valData === undefined || seen[0] !== task.digests[0] || seen[1] !== task.digests[1]) {
    const message = `${hostname()} sees other images or labels in ${data.root} than the machine that evolves: let both see the same folder.`;
    throw new LookonceError("DATA", message);
  }
  const directory = join(folder, savedFolder);
  const { mkdir } = await import("node:fs/promises");
  await mkdir(directory);
  const { epochs = 10 } = task.train;
  const callbacks = [
    { onFitEpochEnd: ({ epoch }: { epoch: number }) => progress({ done: epoch + 1, total: epochs, unit: "epochs" }) },
  ];
  const train = { ...task.train, signal, callbacks };
  const { recipe, generation, name } = task;
  try {
    const scores = await trainTrial({ ...source, name }, { recipe, generation, train, data, valData, directory });
    if (scores === undefined) throw new LookonceError("IO", "the training was stopped");
    return { data: { scores } satisfies TrialResult, files: filesBelow(folder, savedFolder) };
  } catch (error) {
    if (!(error instanceof LookonceError && error.code === "NUMERIC")) throw error;
    return { data: { unfit: error.message } satisfies TrialResult };
  }
}
