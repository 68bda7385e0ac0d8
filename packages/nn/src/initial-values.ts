import type { Random } from "@lookonce/random";
import * as tf from "@tensorflow/tfjs-core";

/** Fills a variable with numbers drawn uniformly from [−bound, bound), in order. */
export function assignUniform(variable: tf.Variable, bound: number, rng: Random): void {
  // A plain loop: Float32Array.from with a function is three times as slow, which is seconds for a large model.
  const values = new Float32Array(variable.size);
  for (let i = 0; i < values.length; i++) values[i] = rng.uniform(-bound, bound);
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}

/** Fills a variable with numbers drawn from a normal distribution around 0, in order. */
export function assignNormal(variable: tf.Variable, deviation: number, rng: Random): void {
  const values = new Float32Array(variable.size);
  for (let i = 0; i < values.length; i++) values[i] = rng.normal(0, deviation);
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
}
