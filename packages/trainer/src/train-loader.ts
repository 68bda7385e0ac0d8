import type { FamilySettings, Recipe } from "@lookonce/config";
import { type AugmentSettings, BatchLoader, imageWeights, type MaskOptions } from "@lookonce/data";
import { coresOf } from "@lookonce/distributed";
import { familyOf } from "@lookonce/families";
import type { DetectionModel } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import type { Ranks } from "./ranks/ranks.ts";
import type { ResolvedSettings, TrainOptions } from "./train-options.ts";
import type { TrainingProgress } from "./training-state.ts";
import type { UnreadableCounter } from "./unreadable-images.ts";

/**
 * Creates the loader of a training; its batches depend on settings and epoch, and with image weights on the scores of
 * `progress`, which are read when an epoch begins.
 */
export function trainLoader(
  model: DetectionModel,
  options: TrainOptions & {
    settings: ResolvedSettings;
    progress: Readonly<TrainingProgress>;
    unreadable: UnreadableCounter;
    ranks: Ranks;
  },
): BatchLoader {
  const { data, settings, progress, unreadable, ranks, cache = "auto", transforms } = options;
  const { batch, imgsz, seed, rect, recipe, epochs } = settings;
  const family = familyOf(model.family);
  const random = new Random(seed);
  const weights = (): Float64Array => imageWeights(data.entries, data.names.length, progress.classScores);
  return new BatchLoader(data, {
    ...{ batch, imgsz, rect, cache, transforms, pad: 0, stride: model.maxStride, loading: family.loading },
    ...{ workers: workersOf(options), sharer: ranks },
    masks: maskOptions(recipe),
    random: random.fork("augment"),
    augment: (epoch) => augmentOf(family, { recipe, epochsLeft: epochs - epoch }),
    shuffle: rect ? undefined : random.fork("order"),
    weights: settings.imageWeights ? weights : undefined,
    onUnreadable: (image) => unreadable.add(image),
  });
}

/** Threads that read images; ranks share the cores of their machine. `undefined`: as many as `BatchLoader` chooses. */
function workersOf({ workers, transforms, communicator }: TrainOptions): number | undefined {
  const areHere = transforms !== undefined && !(transforms instanceof URL);
  if (workers !== undefined || communicator === undefined || areHere) return workers;
  return Math.min(8, Math.max(1, coresOf(communicator) - 1));
}

/** How outlines become masks by a recipe. */
export function maskOptions({ mask_ratio: ratio, overlap_mask: overlap }: Recipe): MaskOptions {
  return { ratio, overlap };
}

/** Returns how to augment; the last `close_mosaic` epochs mix no images. */
export function augmentOf(
  { augmentation }: Pick<FamilySettings, "augmentation">,
  { recipe, epochsLeft }: { recipe: Recipe; epochsLeft: number },
): AugmentSettings {
  const closed = epochsLeft <= recipe.close_mosaic ? { mosaic: 0, mixup: 0, cutmix: 0, copy_paste: 0 } : {};
  // A recipe has the hyper-parameters of its family's pipeline.
  return { family: augmentation, hyp: { ...recipe, ...closed } } as AugmentSettings;
}
