import { rmdirSync } from "node:fs";
import { join } from "node:path";
import type { Dataset } from "@lookonce/data";
import type { DetectionModel } from "@lookonce/nn";
import type { TrainResult } from "@lookonce/trainer";
import type { TrainOptions } from "./options.ts";
import { makeRunDirectory } from "./run-directory.ts";

/** Options of {@link runTraining}: the data sets opened, the rest settled. */
export interface RunTrainingOptions extends Omit<TrainOptions, "data"> {
  data: Dataset;
  valData?: Dataset;
}

/** Trains in a new folder; one that nothing came to lie in is removed again. */
export async function runTraining(model: DetectionModel, options: RunTrainingOptions): Promise<TrainResult> {
  const { train } = await import("@lookonce/trainer");
  const { project = "runs", name = "train", existOk = false, ...rest } = options;
  const directory = await makeRunDirectory(join(project, name), { reuse: existOk });
  try {
    return await train(model, { ...rest, directory });
  } catch (error) {
    removeIfEmpty(directory);
    throw error;
  }
}

function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // It holds weights, or somebody else's files.
  }
}
