import type { Dataset } from "@lookonce/data";
import type { DetectionModel } from "@lookonce/nn";
import type { ValidateOptions } from "./validate-options.ts";
import type { ValidationResult } from "./validation-result.ts";
import { Validator } from "./validator.ts";

/**
 * Scores a model on a data set with the rules of its family: rectangular batches, several classes a box, precision and
 * recall at the confidence of the best mean F1, average precision from 101 recalls (YOLOv5 7.0, YOLOv8 8.3).
 *
 * The model is not changed; a fused copy computes.
 *
 * @throws LookonceError `DATA` when model and data set have different numbers of classes
 */
export async function validate(
  model: DetectionModel,
  dataset: Dataset,
  options: ValidateOptions = {},
): Promise<ValidationResult> {
  const { callbacks, onProgress, signal, ...rest } = options;
  const validator = new Validator(dataset, model, { cache: "none", ...rest });
  try {
    return await validator.run(model, {
      ...(callbacks === undefined ? {} : { callbacks }),
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
    });
  } finally {
    await validator.dispose();
  }
}
