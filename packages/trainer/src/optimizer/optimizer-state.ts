import { feed } from "@lookonce/device";
import * as tf from "@tensorflow/tfjs-core";
import type { GroupedParameter } from "./parameter-groups.ts";

/** An untrained variable of zeros beside every parameter, named `kind.path`. */
export function zerosBeside(parameters: readonly GroupedParameter[], kind: string): Map<string, tf.Variable> {
  return new Map(
    parameters.map(({ path, variable }) => {
      // From the host and marked as changing: the first step's graph is then the same as all later ones'.
      const zeros = feed(new Float32Array(variable.size), variable.shape as [number]);
      const state = tf.variable(zeros as tf.Tensor, false);
      zeros.dispose();
      return [`${kind}.${path}`, state];
    }),
  );
}
