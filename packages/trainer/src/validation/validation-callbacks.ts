import type { Batch } from "@lookonce/data";
import type { Detections } from "@lookonce/geometry";
import type { ValidationResult } from "./validation-result.ts";

/** A validation, reported at its start. */
export interface ValidationInfo {
  /** Name of the model's task. */
  task: string;
  batches: number;
  names: readonly string[];
}

/** A batch that was validated. */
export interface ValidatedBatch {
  /** From 0. */
  number: number;
  /** Its arrays are not to be changed or kept. */
  batch: Batch;
  /** Detections of each image, best first, in pixels of the batch. */
  found: readonly Detections[];
  /** The same in pixels of the files. */
  inFiles: readonly Detections[];
}

/** Called while a model is validated; what they return is waited for. */
export interface ValidationCallbacks {
  onValStart?(validation: ValidationInfo): void | Promise<void>;
  onValBatch?(batch: ValidatedBatch): void | Promise<void>;
  onValEnd?(result: ValidationResult): void | Promise<void>;
}
