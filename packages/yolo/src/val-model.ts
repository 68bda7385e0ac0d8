import type { ResolvedArgs } from "@lookonce/config";
import type { Dataset } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { join } from "@lookonce/files";
import type { DetectionModel } from "@lookonce/nn";
import type { ValidationCallbacks } from "@lookonce/trainer";
import type { ValOptions, ValReport } from "./options.ts";
import { makeRunDirectory, workIn } from "./run-directory.ts";

type ResolvedOptions = Omit<ValOptions & ResolvedArgs<"val">, "data" | "split" | "singleCls">;

/** Scores a model, and writes what the options ask for into a new folder; none is made where nothing is to be written. */
export async function valModel(model: DetectionModel, dataset: Dataset, options: ResolvedOptions): Promise<ValReport> {
  const { project, name, existOk, plots, saveJson, saveTxt, saveConf, cocoIds, ...rest } = options;
  checkWrites(options, model);
  const { validate } = await import("@lookonce/trainer");
  if (!(plots || saveJson || saveTxt)) return validate(model, dataset, rest);
  const directory = await makeRunDirectory(join(project, name), { reuse: existOk });
  return workIn(directory, async () => {
    const callbacks = await writersOf(directory, options);
    return { ...(await validate(model, dataset, { ...rest, callbacks })), directory };
  });
}

/** @throws LookonceError `ARGUMENT` for options of what is written that make no sense together, or with the model */
export function checkWrites(
  { saveTxt, saveConf, saveJson, cocoIds }: Pick<ValOptions, "saveTxt" | "saveConf" | "saveJson" | "cocoIds">,
  { nc }: Pick<DetectionModel, "nc">,
): void {
  if (saveConf && !saveTxt) {
    const reason = "saveConf adds confidences to the label files that saveTxt writes: add saveTxt.";
    throw new LookonceError("ARGUMENT", reason);
  }
  if (!cocoIds) return;
  if (!saveJson) {
    const reason = "cocoIds numbers the categories in the file that saveJson writes: add saveJson.";
    throw new LookonceError("ARGUMENT", reason);
  }
  if (nc !== 80) {
    throw new LookonceError("ARGUMENT", `cocoIds is for models of COCO's 80 classes; this one has ${nc}.`);
  }
}

async function writersOf(directory: string, options: ResolvedOptions): Promise<ValidationCallbacks[]> {
  const { cocoCategories } = await import("@lookonce/metrics");
  const { cocoJson, dotaText, labelFiles, validationPlots } = await import("@lookonce/trainer");
  const { plots, saveJson, saveTxt, saveConf, cocoIds } = options;
  const categories = cocoIds ? { categories: cocoCategories } : {};
  return [
    ...(plots ? [validationPlots({ directory })] : []),
    ...(saveJson ? [cocoJson(join(directory, "predictions.json"), categories), dotaText(join(directory, "dota"))] : []),
    ...(saveTxt ? [labelFiles(join(directory, "labels"), { conf: saveConf })] : []),
  ];
}
