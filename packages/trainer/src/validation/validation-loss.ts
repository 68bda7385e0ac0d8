import { RecordedStep } from "@lookonce/backend-onnxruntime";
import type { EngineTensor } from "@lookonce/inference";
import type { Criterion, NamedTensors, TrainBatch } from "@lookonce/loss";
import * as tf from "@tensorflow/tfjs-core";
import type { Losses } from "../train-step.ts";

/** Computes the losses of a model that is not being trained, from its raw maps. */
export class ValidationLoss {
  readonly #criterion: Criterion;
  readonly #step: RecordedStep<{ raw: tf.Tensor4D[]; targets: NamedTensors }, { losses: tf.Tensor }>;
  #shapes = "";

  constructor(criterion: Criterion) {
    this.#criterion = criterion;
    const variables = [...criterion.parameters.values(), ...criterion.state.values()];
    this.#step = new RecordedStep(
      ({ raw, targets }) => ({ losses: tf.stack([...criterion.loss(raw, targets).parts]) }),
      variables,
    );
  }

  /** Returns the parts of a batch's loss, gains applied, per image. */
  async of(batch: TrainBatch, raw: readonly EngineTensor[]): Promise<Losses> {
    const inputs = { raw, targets: this.#criterion.inputs(batch) };
    const shapes = JSON.stringify(inputs, (key, value) => (key === "data" ? undefined : value));
    // Hundreds of megabytes of working memory each: only that of the current shapes is kept.
    if (shapes !== this.#shapes) await this.#step.free();
    this.#shapes = shapes;
    const { losses } = await this.#step.run(inputs);
    return Object.fromEntries(this.#criterion.parts.map((part, i) => [part, losses[i] as number]));
  }

  /** Runs an action and restores the criterion's state: validation must not change training. */
  async withoutTrace<T>(action: () => Promise<T>): Promise<T> {
    const state = [...this.#criterion.state.values()];
    const before = state.map((variable) => tf.clone(variable));
    try {
      return await action();
    } finally {
      state.forEach((variable, i) => {
        variable.assign(before[i] as tf.Tensor);
      });
      tf.dispose(before);
      await this.#step.free();
    }
  }
}
