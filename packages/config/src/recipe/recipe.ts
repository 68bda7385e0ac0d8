import type { RecipeArgs } from "../generated/option-types.ts";
import type { HypFamilies, HypFamily } from "./hyp.ts";

/** The optimizers. */
export const optimizerNames = ["SGD", "MuSGD", "Adam", "AdamW", "NAdam", "RAdam", "RMSProp"] as const;

/** An optimizer, as recipes name it. */
export type OptimizerName = (typeof optimizerNames)[number];

/** How classification's training images are changed besides crops and flips. */
export const autoAugmentPolicies = ["randaugment", "autoaugment", "augmix", "none"] as const;

/** How the levels' objectness losses are weighted: by YOLOv5's constants, adapted while training, or trained. */
export const balanceModes = ["fixed", "auto", "learned"] as const;

/** Settings of a training besides the hyper-parameters of YOLO's files. */
export type TrainingSettings = Pick<
  Required<RecipeArgs>,
  | ("optimizer" | "cos_lr" | "nbs" | "warmup_iterations" | "close_mosaic" | "clip" | "ema_decay" | "ema_tau")
  | ("overlap_mask" | "mask_ratio" | "dropout")
> &
  Pick<RecipeArgs, "balance">;

/** How a model of a family is trained. Names are those of YOLO's hyper-parameter files, where they have one. */
export type RecipeOf<F extends HypFamily> = HypFamilies[F] & TrainingSettings;

/** A recipe of either family. */
export type Recipe = RecipeOf<"v5"> | RecipeOf<"v8">;

/** What differs from a recipe. */
export type RecipeChanges = RecipeArgs;

/** The settings that all families share. */
export const trainingDefaults = {
  cos_lr: false,
  nbs: 64,
  warmup_iterations: 100,
  ema_decay: 0.9999,
  ema_tau: 2000,
  clip: 10,
  overlap_mask: true,
  mask_ratio: 4,
  dropout: 0,
} as const;
