import { defaultPresets, type HypFamilies, type HypFamily, parseHyp } from "@lookonce/augment";
import { didYouMean, LookonceError } from "@lookonce/errors";
import type { BalanceMode } from "@lookonce/loss";
import { type OptimizerName, optimizerNames } from "../optimizer/make-optimizer.ts";

/** What steers a training besides the hyper-parameters of YOLO's files. */
export interface TrainingSettings {
  /** `"auto"` also chooses `lr0`, `momentum` and `warmup_bias_lr`, by the length of the training. */
  optimizer: OptimizerName | "auto";
  /** Rates fall along half a cosine instead of a line. */
  cos_lr: boolean;
  /** Nominal batch: gradients of smaller batches are summed up to it. */
  nbs: number;
  /** Warm-up lasts at least this many iterations. */
  warmup_iterations: number;
  /** Epochs at the end that are trained without mosaics, mixups and the like. */
  close_mosaic: number;
  /** Largest norm of all gradients together; 0 does not clip. */
  clip: number;
  /** Long-run decay of the average of weights that is kept and validated; 0 keeps no average. */
  ema_decay: number;
  /** Updates over which that decay ramps up. */
  ema_tau: number;
  /** How the levels' objectness losses are weighed; YOLOv5 only. */
  balance?: BalanceMode;
}

/** How a model of a family is trained. Names are those of YOLO's hyper-parameter files, where they have one. */
export type RecipeOf<F extends HypFamily> = HypFamilies[F] & TrainingSettings;

/** A recipe of either family. */
export type Recipe = RecipeOf<"v5"> | RecipeOf<"v8">;

/** What differs from a recipe. */
export type RecipeChanges = Partial<HypFamilies["v5"] & HypFamilies["v8"] & TrainingSettings>;

const shared = { cos_lr: false, nbs: 64, warmup_iterations: 100, ema_decay: 0.9999, ema_tau: 2000, clip: 10 } as const;

/** YOLOv5's defaults (7.0) and YOLOv8's (8.3). */
export const defaultRecipes: { readonly [F in HypFamily]: Readonly<RecipeOf<F>> } = {
  v5: { ...defaultPresets.v5, ...shared, optimizer: "SGD", close_mosaic: 0, balance: "fixed" },
  v8: { ...defaultPresets.v8, ...shared, optimizer: "auto", close_mosaic: 10 },
};

/** The values that a number may have, where 0 and above is not it. */
const limits: Partial<Record<string, readonly [low: number, high: number]>> = {
  lrf: [0, 1],
  momentum: [0, 0.9999],
  warmup_momentum: [0, 0.9999],
  ema_decay: [0, 1],
  nbs: [1, Number.MAX_VALUE],
};

/**
 * A family's recipe with some of its values replaced.
 *
 * @throws LookonceError `ARGUMENT` for a key that the family's recipes do not have, or a value that is wrong or out of range
 */
export function makeRecipe<F extends HypFamily>(
  family: F,
  changes: RecipeChanges = {},
  base: Readonly<RecipeOf<F>> = defaultRecipes[family],
): RecipeOf<F> {
  const settings: Record<string, unknown> = {};
  const hyp: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    const known = key in checks && key in base;
    const hint = known || key in base ? "" : didYouMean(key, Object.keys(checks));
    if (hint !== "") throw new LookonceError("ARGUMENT", `a recipe has no "${key}".${hint}`);
    (known ? settings : hyp)[key] = value;
  }
  for (const [key, value] of Object.entries({ ...hyp, ...settings })) checkValue(key, value);
  const hypBase = Object.fromEntries(Object.entries(base).filter(([key]) => !(key in checks)));
  const checked = parseHyp(hyp, { family, name: "recipe", base: hypBase as unknown as HypFamilies[F] });
  return { ...base, ...checked, ...settings };
}

const isNumber = "a number";
const optimizers = ["auto", ...optimizerNames];

/** What the values of {@link TrainingSettings} are. */
const checks: Record<keyof TrainingSettings, readonly string[] | typeof isNumber | "true or false"> = {
  optimizer: optimizers,
  cos_lr: "true or false",
  nbs: isNumber,
  warmup_iterations: isNumber,
  close_mosaic: isNumber,
  clip: isNumber,
  ema_decay: isNumber,
  ema_tau: isNumber,
  balance: ["fixed", "auto", "learned"],
};

function checkValue(key: string, value: unknown): void {
  const form = checks[key as keyof TrainingSettings] ?? isNumber;
  const [low, high] = limits[key] ?? [0, Number.MAX_VALUE];
  let expected: string;
  if (form === "true or false") {
    if (typeof value === "boolean") return;
    expected = form;
  } else if (typeof form === "object") {
    if (form.includes(value as string)) return;
    expected = `${form.slice(0, -1).join(", ")} or ${form.at(-1)}`;
  } else {
    // Texts among the hyper-parameters are checked where the rest of them is.
    if (!(key in checks) && limits[key] === undefined) return;
    if (typeof value === "number" && value >= low && value <= high) return;
    expected = `a number ${high === Number.MAX_VALUE ? `of at least ${low}` : `from ${low} to ${high}`}`;
  }
  throw new LookonceError("ARGUMENT", `${key} must be ${expected}, not ${JSON.stringify(value)}.`);
}
