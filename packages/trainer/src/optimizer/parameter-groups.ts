import { BatchNorm2d, type Module } from "@lookonce/nn";
import type * as tf from "@tensorflow/tfjs-core";

/** The groups that an optimizer treats apart: only `weight` decays, `bias` has its own rate while warming up. */
export const groupNames = ["bias", "weight", "norm"] as const;

export type GroupName = (typeof groupNames)[number];

/** A trained variable and where it belongs. */
export interface GroupedParameter {
  /** Path in the module tree, as in checkpoints. */
  path: string;
  group: GroupName;
  variable: tf.Variable;
}

/**
 * The trainable parameters of a model: biases (those of normalizations too), factors of normalizations, and the rest,
 * which is convolution weights (YOLOv5 7.0, YOLOv8 8.3). Frozen parameters, such as the DFL's, are left out.
 */
export function groupParameters(model: Module): GroupedParameter[] {
  const parameters: GroupedParameter[] = [];
  const modules = model.namedModules();
  for (const [path, variable] of model.namedParameters()) {
    if (!variable.trainable) continue;
    const dot = path.lastIndexOf(".");
    const owner = modules.get(path.slice(0, Math.max(0, dot)));
    const isBias = path.slice(dot + 1) === "bias";
    parameters.push({ path, variable, group: isBias ? "bias" : owner instanceof BatchNorm2d ? "norm" : "weight" });
  }
  return parameters;
}
