import { shareOf } from "@lookonce/data";
import type { DetectionModel } from "@lookonce/nn";
import type { Ranks } from "../ranks/ranks.ts";
import type { ValidationResult } from "./validation-result.ts";
import type { ValidationRunOptions, Validator } from "./validator.ts";

/**
 * Scores a model as one rank would: each rank validates its share of the batches, consecutive ones, and all merge what all
 * found.
 */
export async function validateTogether(
  validator: Validator,
  model: DetectionModel,
  { ranks, ...options }: ValidationRunOptions & { ranks: Ranks },
): Promise<ValidationResult> {
  if (ranks.size === 1) return validator.run(model, options);
  const { from, to } = shareOf(validator.batches, ranks);
  const part = await ranks.attempt(() => validator.runPart(model, { ...options, from, to }));
  const parts = await ranks.all(part);
  const result = validator.merge(parts.filter((one) => one !== undefined));
  for (const one of options.callbacks ?? []) await ranks.attempt(() => one.onValEnd?.(result));
  return result;
}
