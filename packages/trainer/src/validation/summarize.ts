import type { DetectionResult } from "@lookonce/metrics";
import type { Losses } from "../train-step.ts";
import type { ValidationResult } from "./validation-result.ts";

/** What metrics say, in the words of a validation. @param spent milliseconds of all images together */
export function summarize(
  result: DetectionResult,
  { spent, losses }: { spent: ValidationResult["speed"]; losses?: Losses },
): ValidationResult {
  const { images, instances, precision, recall, f1, map50, map75, map50_95, fitness, confidence, confusion } = result;
  const perClass = result.perClass.map(({ ap50, ap75, ap, curves: _, ...scores }) => {
    return { ...scores, map50: ap50, map75: ap75, map50_95: ap };
  });
  const each = (milliseconds: number): number => (images === 0 ? 0 : milliseconds / images);
  return {
    ...{ images, instances, precision, recall, f1, map50, map75, map50_95, fitness, confidence, perClass, confusion },
    curves: result.perClass.map(({ name, ap50, curves }) => ({ name, ap50, curves })),
    speed: {
      preprocess: each(spent.preprocess),
      inference: each(spent.inference),
      postprocess: each(spent.postprocess),
    },
    ...(losses === undefined ? {} : { losses }),
  };
}
