import { RecordedStep } from "@lookonce/backend-onnxruntime";
import * as tf from "@tensorflow/tfjs-core";
import type { Criterion, TrainBatch } from "../criteria/criterion.ts";
import type { Losses } from "../train-step.ts";
import type { Numbers } from "./batch-detector.ts";

/** The losses of a model that is not being trained: what a criterion says of its raw maps. */
export class ValidationLoss {
  readonly #criterion: Criterion;
  readonly #step: RecordedStep;
  /** The shapes that the step is recorded for. */
  #shapes = "";

  /** @param levels how many raw maps there are */
  constructor(criterion: Criterion, levels: number) {
    this.#criterion = criterion;
    const variables = [...criterion.parameters.values(), ...criterion.state.values()];
    this.#step = new RecordedStep((...inputs) => {
      const { parts } = criterion.loss(inputs.slice(0, levels) as tf.Tensor4D[], inputs.slice(levels));
      return [tf.stack([...parts])];
    }, variables);
  }

  /** The parts of a batch's loss, gains applied, per image. */
  async of(batch: TrainBatch, raw: readonly Numbers[]): Promise<Losses> {
    const inputs = [...raw, ...this.#criterion.inputs(batch)];
    const shapes = inputs.map(({ shape }) => shape.join("x")).join(" ");
    // Hundreds of megabytes of working memory each: only that of the shapes under way is kept.
    if (shapes !== this.#shapes) await this.#step.free();
    this.#shapes = shapes;
    const [values] = await this.#step.run(inputs);
    return Object.fromEntries(this.#criterion.parts.map((part, i) => [part, (values as Float32Array)[i] as number]));
  }

  /** Does something after which the criterion's own state is as it was: validation must not change training. */
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
