import { familySettings, makeRecipe } from "@lookonce/config";
import type { DatasetEntry } from "@lookonce/data";
import type { DetectionModel } from "@lookonce/nn";
import type { TrainOptions } from "../train-options.ts";
import { autoBatch } from "./auto-batch.ts";
import { type AutoBatchReport, findBatch } from "./largest-batch.ts";

/** The batch of a training that leaves it to the machine, or `undefined` of one that names it. */
export async function settleBatch(model: DetectionModel, options: TrainOptions): Promise<AutoBatchReport | undefined> {
  const { batch, data, imgsz = 640, multiScale = false, recipe = {}, freeze, amp } = options;
  if (batch !== findBatch) return undefined;
  const { mosaic } = makeRecipe(familySettings[model.family], recipe);
  // The largest size that multi-scale training draws.
  const largest = multiScale ? Math.floor((imgsz * 1.5) / model.step) * model.step : imgsz;
  return autoBatch(model, {
    ...{ imgsz: largest, recipe, limit: Math.max(1, data.entries.length), objects: crowd(data.entries, mosaic > 0) },
    ...(freeze === undefined ? {} : { freeze }),
    ...(amp === undefined ? {} : { amp }),
  });
}

/** The most objects to expect in an image: those of the fullest one, or of a mosaic of four usual ones. */
function crowd(entries: readonly Pick<DatasetEntry, "classes">[], isMosaic: boolean): number {
  const counts = entries.map(({ classes }) => classes.length);
  const fullest = counts.reduce((most, count) => Math.max(most, count), 1);
  const mean = counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length);
  return isMosaic ? Math.max(fullest, Math.ceil(4 * mean)) : fullest;
}
