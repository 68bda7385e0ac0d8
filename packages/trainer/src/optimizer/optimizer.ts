import * as tf from "@tensorflow/tfjs-core";
import type { GroupedParameter, GroupName } from "./parameter-groups.ts";

/** The settings of one update, as tensors since they change from step to step. */
export interface UpdateSettings<S extends string = string> {
  /** Learning rate by group. */
  lr: Readonly<Record<GroupName, tf.Scalar>>;
  /** Momentum; β₁ of the Adam family. */
  momentum: tf.Scalar;
  /** The tensors of {@link Optimizer.scalars} for this update. */
  scalars: Readonly<Record<S, tf.Scalar>>;
}

/** Moves parameters along gradients. One update is recorded as tensor operations; nothing is read. */
export interface Optimizer {
  readonly parameters: readonly GroupedParameter[];
  /** What it remembers between updates, by name: to be saved, and to be known as changing. */
  readonly state: ReadonlyMap<string, tf.Variable>;
  /** Whether its momentum takes part in warm-up. */
  readonly warmsMomentum: boolean;
  /**
   * Factors of one update, by name, that depend on its number alone, in double precision: float32 would lose the digits of 1 − β₂ᵗ.
   *
   * @param at the update's number, from 1, and its momentum
   */
  scalars(at: { count: number; momentum: number }): Readonly<Record<string, number>>;
  /** @param gradients one for each of `parameters`, in that order */
  update(gradients: readonly tf.Tensor[], settings: UpdateSettings): void;
  /** Frees what it remembers; the parameters stay. */
  dispose(): void;
}

/** An untrained variable of zeros beside every parameter, named `kind.path`. */
export function zerosBeside(parameters: readonly GroupedParameter[], kind: string): Map<string, tf.Variable> {
  return new Map(
    parameters.map(({ path, variable }) => {
      const state = tf.tidy(() => tf.variable(tf.zeros(variable.shape), false));
      return [`${kind}.${path}`, state];
    }),
  );
}
