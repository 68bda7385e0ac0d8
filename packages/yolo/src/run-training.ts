import { type FamilySettings, hypPreset, type RecipeChanges } from "@lookonce/config";
import type { Dataset } from "@lookonce/data";
import { LookonceError, warn } from "@lookonce/errors";
import { existsSync, join, resolve } from "@lookonce/files";
import type { DetectionModel } from "@lookonce/nn";
import type { TrainCallbacks, TrainResult } from "@lookonce/trainer";
import { outlineModel } from "./build-model.ts";
import type { ModelSource } from "./model-source.ts";
import { labelsOf, openDataset } from "./open-dataset.ts";
import type { TrainOptions } from "./options.ts";
import { makeRunDirectory, workIn } from "./run-directory.ts";

/** The data set file of a training, and its splits. */
export interface TrainingData {
  file: string;
  data: Dataset;
  valData?: Dataset;
}

/** Opens the data sets of a training: those that are named, or those of the training that is resumed. */
export async function openTrainingData(
  source: ModelSource,
  { log, ...options }: TrainOptions & { log: (line: string) => void },
): Promise<TrainingData> {
  const { readDatasetConfig } = await import("@lookonce/data");
  const { data: file, singleCls = false, fraction = 1 } = options.resume ? await argsOf(source, options) : options;
  if (file === undefined) throw new LookonceError("ARGUMENT", "train needs a data set: pass its file as data.");
  const config = await readDatasetConfig(file);
  const shared = { ...(await labelsOf((await outlineModel(source, { use: "train" })).task)), singleCls, log };
  const data = await openDataset(config, { ...shared, split: "train", fraction });
  if (!("val" in config.splits)) return { file, data };
  return { file, data, valData: await openDataset(config, { ...shared, split: "val" }) };
}

/** The options of a resumed training on its data set, where they are not set anew. */
async function argsOf(
  source: ModelSource,
  { data }: TrainOptions,
): Promise<Pick<TrainOptions, "data" | "singleCls" | "fraction">> {
  if (source.kind !== "checkpoint" || source.checkpoint.training === undefined) {
    throw new LookonceError(
      "ARGUMENT",
      `${source.name} has no state of a training to resume: resume needs the weights/last.safetensors of a run that was stopped.`,
    );
  }
  const { parseTraining } = await import("@lookonce/trainer");
  const { args } = parseTraining(source.checkpoint, source.name).settings;
  return { ...args, ...(data === undefined ? {} : { data }) };
}

/** What differs from the family's recipe: a preset's or a file's hyper-parameters, with single ones replaced. */
export async function parsedRecipe(
  { hyp, recipe }: Pick<TrainOptions, "hyp" | "recipe">,
  family: FamilySettings,
): Promise<RecipeChanges> {
  return { ...(await readPreset(hyp, family)), ...recipe };
}

/** How many anchors a recipe asks for, where AutoAnchor is to find them. */
export function anchorsPerLevel(recipe: RecipeChanges, { autoAnchor = true }: TrainOptions): { anchors?: number } {
  return autoAnchor && recipe.anchors !== undefined ? { anchors: Math.round(recipe.anchors) } : {};
}

/** Trains in a new folder, which is removed if it stays empty, or resumes. `recipe` is the whole {@link parsedRecipe}. */
export async function runTraining(
  model: DetectionModel,
  { data, source, options }: { data: TrainingData; source: string; options: TrainOptions },
): Promise<TrainResult> {
  const { train } = await import("@lookonce/trainer");
  const { project = "runs", name = "train", existOk = false, resume = false, hyp: _hyp, ...rest } = options;
  const { singleCls, fraction, data: _, plots = true, tensorboard = true, callbacks = [], ...others } = rest;
  const isFirst = (options.communicator?.rank ?? 0) === 0;
  const events = tensorboard && isFirst ? [await tensorboardOf(model, options)] : [];
  const settings = { ...others, plots, callbacks: [...callbacks, ...events] };
  const datasets = { data: data.data, ...(data.valData === undefined ? {} : { valData: data.valData }) };
  if (resume) return train(model, { ...settings, ...datasets, resume: source });
  const args = { model: source, data: resolve(data.file), singleCls, fraction };
  if (!isFirst) return train(model, { ...settings, ...datasets, args });
  const directory = await makeRunDirectory(join(project, name), { reuse: existOk });
  return workIn(directory, () => train(model, { ...settings, ...datasets, args, directory }));
}

/** TensorBoard's events of a training; of a new one, the model's graph, too. */
async function tensorboardOf(model: DetectionModel, { imgsz, resume = false }: TrainOptions): Promise<TrainCallbacks> {
  const { tensorboardLogger } = await import("@lookonce/trainer");
  const { names } = model;
  if (resume) return tensorboardLogger({ names });
  const { modelGraph } = await import("@lookonce/export");
  try {
    return tensorboardLogger({ names, graph: await modelGraph(model, imgsz === undefined ? {} : { imgsz }) });
  } catch (error) {
    // A training does without.
    warn(`TensorBoard will show no graph of the model: ${(error as Error).message}`);
    return tensorboardLogger({ names });
  }
}

/** The hyper-parameters of a preset or a file. */
async function readPreset(hyp: string | undefined, family: FamilySettings): Promise<RecipeChanges> {
  if (hyp === undefined) return {};
  const isFile = existsSync(hyp) || /\.ya?ml$/.test(hyp);
  if (!isFile) return hypPreset(hyp);
  const { readHyp } = await import("@lookonce/trainer");
  return readHyp(hyp, family);
}
