import type { HypFamilies, HypFamily } from "./hyp.ts";

/** The optimizers. */
export const optimizerNames = ["SGD", "Adam", "AdamW", "NAdam", "RAdam", "RMSProp"] as const;

/** An optimizer, as recipes name it. */
export type OptimizerName = (typeof optimizerNames)[number];

/** How the levels' objectness losses are weighted: by YOLOv5's constants, adapted while training, or trained. */
export const balanceModes = ["fixed", "auto", "learned"] as const;

/** Settings of a training besides the hyper-parameters of YOLO's files. */
export interface TrainingSettings {
  /** `"auto"` also chooses `lr0`, `momentum` and `warmup_bias_lr`, by the length of the training. */
  optimizer: OptimizerName | "auto";
  /** Learning rates fall along half a cosine instead of a line. */
  cos_lr: boolean;
  /** Nominal batch size: gradients of smaller batches are accumulated up to it. */
  nbs: number;
  /**
   * Warm-up lasts at least this many iterations: 100 in YOLOv8 8.3 and YOLOv5 7.0. With 0 there is no lower bound, the last
   * epoch is never part of warm-up, and gradients are accumulated over at most the batches of the training (8.4).
   */
  warmup_iterations: number;
  /** Last epochs, which are trained without mosaic, MixUp, CutMix and CopyPaste. */
  close_mosaic: number;
  /** Largest global norm of the gradients; 0 does not clip. */
  clip: number;
  /** Decay of the weights' exponential moving average (EMA), which is saved and validated; 0 turns EMA off. */
  ema_decay: number;
  /** Optimizer steps over which the decay ramps up. */
  ema_tau: number;
  /** YOLOv5 only. */
  balance?: (typeof balanceModes)[number];
}

/** How a model of a family is trained. Names are those of YOLO's hyper-parameter files, where they have one. */
export type RecipeOf<F extends HypFamily> = HypFamilies[F] & TrainingSettings;

/** A recipe of either family. */
export type Recipe = RecipeOf<"v5"> | RecipeOf<"v8">;

/** What differs from a recipe. */
export type RecipeChanges = Partial<HypFamilies["v5"] & HypFamilies["v8"] & TrainingSettings>;

/** The settings that all families share. */
export const trainingDefaults = {
  cos_lr: false,
  nbs: 64,
  warmup_iterations: 100,
  ema_decay: 0.9999,
  ema_tau: 2000,
  clip: 10,
} as const;
