import { didYouMean, LookonceError } from "@lookonce/errors";

/** How a model is trained. Names are those of YOLO's hyper-parameter files, where they have one. */
export interface Recipe {
  optimizer: "SGD" | "AdamW";
  /** Learning rate after warm-up. */
  lr0: number;
  /** The last epoch's rate as a share of `lr0`. */
  lrf: number;
  /** Nesterov momentum of SGD, β₁ of AdamW. */
  momentum: number;
  /** Decay of convolution weights. */
  weight_decay: number;
  warmup_epochs: number;
  /** Warm-up lasts at least this many iterations. */
  warmup_iterations: number;
  warmup_momentum: number;
  warmup_bias_lr: number;
  /** Gain of the box loss. */
  box: number;
  /** Gain of the class loss. */
  cls: number;
  /** Gain of the distribution focal loss. */
  dfl: number;
  /** Largest norm of all gradients together; 0 does not clip. */
  clip: number;
  /** Long-run decay of the average of weights that is kept and validated; 0 keeps no average. */
  ema_decay: number;
  /** Updates over which that decay ramps up. */
  ema_tau: number;
}

/** YOLOv8's defaults (8.3). */
export const defaultRecipe: Readonly<Recipe> = {
  optimizer: "SGD",
  lr0: 0.01,
  lrf: 0.01,
  momentum: 0.937,
  weight_decay: 5e-4,
  warmup_epochs: 3,
  warmup_iterations: 100,
  warmup_momentum: 0.8,
  warmup_bias_lr: 0.1,
  box: 7.5,
  cls: 0.5,
  dfl: 1.5,
  clip: 10,
  ema_decay: 0.9999,
  ema_tau: 2000,
};

/** The values that a number of the recipe may have. */
const limits: Partial<Record<keyof Recipe, readonly [low: number, high: number]>> = {
  lrf: [0, 1],
  momentum: [0, 0.9999],
  warmup_momentum: [0, 0.9999],
  ema_decay: [0, 1],
};

/**
 * A recipe with some of its values replaced.
 *
 * @throws LookonceError `ARGUMENT` for a key that no recipe has, or a value that is no number or out of range
 */
export function makeRecipe(overrides: Partial<Recipe> = {}, base: Readonly<Recipe> = defaultRecipe): Recipe {
  const recipe: Recipe = { ...base };
  for (const [key, value] of Object.entries(overrides)) {
    if (value === undefined) continue;
    if (!(key in base)) {
      const known = Object.keys(base);
      throw new LookonceError(
        "ARGUMENT",
        `a recipe has no "${key}"; it has ${known.join(", ")}.${didYouMean(key, known)}`,
      );
    }
    checkValue(key as keyof Recipe, value);
    Object.assign(recipe, { [key]: value });
  }
  return recipe;
}

function checkValue(key: keyof Recipe, value: unknown): void {
  if (key === "optimizer") {
    if (value === "SGD" || value === "AdamW") return;
    throw new LookonceError("ARGUMENT", `optimizer must be SGD or AdamW, not ${JSON.stringify(value)}.`);
  }
  const [low, high] = limits[key] ?? [0, Number.MAX_VALUE];
  if (typeof value === "number" && value >= low && value <= high) return;
  const range = high === Number.MAX_VALUE ? `of at least ${low}` : `from ${low} to ${high}`;
  throw new LookonceError("ARGUMENT", `${key} must be a number ${range}, not ${JSON.stringify(value)}.`);
}
