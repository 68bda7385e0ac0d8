import { BatchNorm2d, DetectionModel, type Module } from "@lookonce/nn";
import type * as tf from "@tensorflow/tfjs-core";

/**
 * The groups that optimizers treat apart: what their parameters are, and by how much learning rates are multiplied. Weights
 * and matrices decay; biases have a learning rate of their own while warming up.
 */
const groups = {
  bias: { kind: "bias", lrFactor: 1 },
  weight: { kind: "weight", lrFactor: 1 },
  norm: { kind: "norm", lrFactor: 1 },
  matrix: { kind: "matrix", lrFactor: 1 },
  fastBias: { kind: "bias", lrFactor: 3 },
  fastWeight: { kind: "weight", lrFactor: 3 },
  fastNorm: { kind: "norm", lrFactor: 3 },
  fastMatrix: { kind: "matrix", lrFactor: 3 },
} as const;

/** A group of parameters. */
export type GroupName = keyof typeof groups;

/** The groups of most optimizers, in the order of YOLOv8 8.3: all weights but those of normalizations are in one. */
export const groupNames: readonly ["bias", "weight", "norm"] = ["bias", "weight", "norm"];

/**
 * The groups of MuSGD, in the order of Ultralytics 8.4: vectors that decay, factors of normalizations, biases and matrices,
 * of each first the members that learn three times as fast.
 */
export const musgdGroups: readonly GroupName[] = [
  ...(["fastWeight", "weight", "fastNorm", "norm"] as const),
  ...(["fastBias", "bias", "fastMatrix", "matrix"] as const),
];

/** Learning rates by group, in the groups' order. */
export type LearningRates = Readonly<Record<(typeof groupNames)[number], number> & Partial<Record<GroupName, number>>>;

/** What the parameters of a group are, and by how much their learning rates are multiplied. */
export function describeGroup(name: GroupName): { kind: "bias" | "weight" | "norm" | "matrix"; lrFactor: number } {
  return groups[name];
}

/** Whether weight decay changes the parameters of a group. */
export function decays(name: GroupName): boolean {
  return groups[name].kind === "weight" || groups[name].kind === "matrix";
}

/** A trained variable and where it belongs. */
export interface GroupedParameter {
  /** Path in the module tree, as in checkpoints. */
  path: string;
  group: GroupName;
  variable: tf.Variable;
}

/** Parts of a head that learn three times as fast where there are groups for that: branches of classes, semantic masks. */
const fastParts = ["cv3", "one2one_cv3", "proto.semseg"];

/**
 * The trainable parameters of a model: biases (those of normalizations too), factors of normalizations, and the rest,
 * which is convolution weights (YOLOv5 7.0, YOLOv8 8.3). Frozen parameters, such as the DFL's, are left out.
 *
 * @param names the groups; with those of MuSGD matrices and the fast parts of the head have groups of their own (8.4)
 */
export function groupParameters(model: Module, names: readonly GroupName[] = groupNames): GroupedParameter[] {
  const modules = model.namedModules();
  const head =
    model instanceof DetectionModel ? [...modules].find(([, module]) => module === model.head)?.[0] : undefined;
  const fast = head === undefined ? [] : fastParts.map((part) => `${head}.${part}.`);
  return [...model.namedParameters()].flatMap(([path, variable]) => {
    if (!variable.trainable) return [];
    const dot = path.lastIndexOf(".");
    const isNorm = modules.get(path.slice(0, Math.max(0, dot))) instanceof BatchNorm2d;
    const kind = path.slice(dot + 1) === "bias" ? "bias" : isNorm ? "norm" : isMatrix(variable) ? "matrix" : "weight";
    const lrFactor = fast.some((part) => path.startsWith(part)) ? 3 : 1;
    return [{ path, variable, group: groupOf({ kind, lrFactor }, names) }];
  });
}

/** Whether a parameter is a matrix or a filter, not a vector. */
export function isMatrix({ rank }: tf.Tensor): boolean {
  return rank === 2 || rank === 4;
}

/** The group among `names` that fits best: matrices are weights where they have no group, fast members are as others are. */
function groupOf({ kind, lrFactor }: ReturnType<typeof describeGroup>, names: readonly GroupName[]): GroupName {
  const known = (kind: string, lrFactor: number): GroupName | undefined =>
    names.find((name) => groups[name].kind === kind && groups[name].lrFactor === lrFactor);
  return known(kind, lrFactor) ?? known(kind, 1) ?? "weight";
}
