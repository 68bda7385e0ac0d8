import { didYouMean, LookonceError } from "@lookonce/errors";
import type { FamilySettings } from "../families/family-settings.ts";
import type { HypFamilies, HypFamily } from "./hyp.ts";
import { parseHyp } from "./parse-hyp.ts";
import { balanceModes, optimizerNames, type RecipeChanges, type RecipeOf, type TrainingSettings } from "./recipe.ts";

/** Ranges of the numbers that may not be everything from 0 on. */
const limits: Partial<Record<string, readonly [low: number, high: number]>> = {
  lrf: [0, 1],
  momentum: [0, 0.9999],
  warmup_momentum: [0, 0.9999],
  ema_decay: [0, 1],
  nbs: [1, Number.MAX_VALUE],
};

/**
 * Returns a family's recipe with some of its values replaced.
 *
 * @throws LookonceError `ARGUMENT` for a key that the family's recipes do not have, or a value that is wrong or out of range
 */
export function makeRecipe<F extends HypFamily>(
  family: FamilySettings<F>,
  changes: RecipeChanges = {},
  base: Readonly<RecipeOf<F>> = family.recipe,
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

/** Types of {@link TrainingSettings}. */
const checks: Record<keyof TrainingSettings, readonly string[] | typeof isNumber | "true or false"> = {
  optimizer: optimizers,
  cos_lr: "true or false",
  nbs: isNumber,
  warmup_iterations: isNumber,
  close_mosaic: isNumber,
  clip: isNumber,
  ema_decay: isNumber,
  ema_tau: isNumber,
  balance: balanceModes,
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
