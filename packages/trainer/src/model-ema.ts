import { copyModel, type DetectionModel } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";

/** Options of {@link ModelEMA}. */
export interface ModelEMAOptions {
  /** Share of the average that stays at an update, in the long run. Default 0.9999. */
  decay?: number;
  /** Updates over which the share ramps up: decay · (1 − exp(−updates / tau)). Default 2000. */
  tau?: number;
}

/** The share of an average that stays at the given update, counted from 1: decay · (1 − exp(−update / tau)). */
export function emaDecay(update: number, { decay = 0.9999, tau = 2000 }: ModelEMAOptions = {}): number {
  return decay * (1 - Math.exp(-update / tau));
}

/** A running average of a model's weights and statistics, which predicts better than the model that is being trained. */
export class ModelEMA {
  /** The averaged model, in inference mode. */
  readonly model: DetectionModel;
  readonly #pairs: { average: tf.Variable; current: tf.Variable }[];
  readonly #options: ModelEMAOptions;

  private constructor(current: DetectionModel, average: DetectionModel, options: ModelEMAOptions) {
    this.model = average;
    this.#options = options;
    const changing = new Map([...current.namedParameters()].filter(([, variable]) => variable.trainable));
    for (const [path, buffer] of current.namedBuffers()) {
      // Training does not change anchors, and an average of equal numbers is off by roundings, which add up.
      if (!path.endsWith(".anchors")) changing.set(path, buffer);
    }
    const averages = average.namedVariables();
    this.#pairs = [...changing].map(([path, current]) => ({ average: averages.get(path) as tf.Variable, current }));
  }

  /** Starts from the model as it is. */
  static async of(model: DetectionModel, options: ModelEMAOptions = {}): Promise<ModelEMA> {
    return new ModelEMA(model, await copyModel(model), options);
  }

  /** The share of the average that stays at the given update, counted from 1. */
  decayAt(update: number): number {
    return emaDecay(update, this.#options);
  }

  /** average ← decay · average + (1 − decay) · current, for all variables. */
  update(decay: tf.Scalar): void {
    tf.tidy(() => {
      const rest = tf.sub(1, decay);
      for (const { average, current } of this.#pairs) {
        average.assign(tf.add(tf.mul(average, decay), tf.mul(current, rest)));
      }
    });
  }

  dispose(): void {
    this.model.dispose();
  }
}
