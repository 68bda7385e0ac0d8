import { readCheckpoint } from "@lookonce/checkpoint";
import type { Dataset } from "@lookonce/data";
import { type DetectionModel, modelFromCheckpoint } from "@lookonce/nn";
import type { Criterion } from "../criteria/criterion.ts";
import type { ValidateOptions } from "./validate-options.ts";
import type { ValidationResult } from "./validation-result.ts";
import { Validator } from "./validator.ts";

/** Options of {@link RunValidation}. */
export interface RunValidationOptions extends Pick<ValidateOptions, "imgsz" | "batch" | "workers" | "cache"> {
  /** Without it, nothing is validated. */
  valData: Dataset | undefined;
  /** For losses. */
  criterion: Criterion;
}

/** The validations of one training. */
export class RunValidation {
  readonly #validator: Validator | undefined;

  /** @param form what the models to validate have in common */
  constructor(form: DetectionModel, { valData, ...options }: RunValidationOptions) {
    this.#validator = valData === undefined ? undefined : new Validator(valData, form, options);
  }

  /** Scores and losses of a model. */
  async of(
    model: DetectionModel,
    audience: Pick<ValidateOptions, "onProgress" | "callbacks"> = {},
  ): Promise<ValidationResult | undefined> {
    return this.#validator?.run(model, audience);
  }

  /** Scores and losses of a saved model. */
  async ofFile(
    file: string,
    audience: Pick<ValidateOptions, "onProgress" | "callbacks">,
  ): Promise<ValidationResult | undefined> {
    if (this.#validator === undefined) return undefined;
    const model = modelFromCheckpoint(readCheckpoint(file), file);
    try {
      return await this.#validator.run(model, audience);
    } finally {
      model.dispose();
    }
  }

  async dispose(): Promise<void> {
    await this.#validator?.dispose();
  }
}
