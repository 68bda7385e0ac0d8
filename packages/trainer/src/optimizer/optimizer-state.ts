import * as tf from "@tensorflow/tfjs-core";
import type { GroupedParameter } from "./parameter-groups.ts";

/** An untrained variable of zeros beside every parameter, named `kind.path`. */
export function zerosBeside(parameters: readonly GroupedParameter[], kind: string): Map<string, tf.Variable> {
  return new Map(
    parameters.map(({ path, variable }) => {
      const state = tf.tidy(() => tf.variable(tf.zeros(variable.shape), false));
      return [`${kind}.${path}`, state];
    }),
  );
}
