import type { ValidationResult } from "@lookonce/yolo";
import type { Scores } from "./messages.ts";

/** The scores of a validation, without the curves behind them. */
export function scoresOf({ precision, recall, map50, map75, map50_95, fitness }: ValidationResult): Scores {
  return { precision, recall, map50, map75, map50_95, fitness };
}

/** Scores and those of every class, as a job's result. */
export function resultOf(validation: ValidationResult): Record<string, unknown> {
  const { images, instances, perClass, speed } = validation;
  return { images, instances, ...scoresOf(validation), per_class: perClass, speed };
}
