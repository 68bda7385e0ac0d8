import { LookonceError } from "@lookonce/errors";
import { stopGradient } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { AssignmentRules } from "../assigners/task-aligned-assigner.ts";

import type { HostTensor } from "../targets.ts";
import {
  type BatchPart,
  type Criterion,
  type CriterionLoss,
  type NamedTensors,
  StatelessCriterion,
  type TrainBatch,
} from "./criterion.ts";

/** The name of the input with the branches' weights. */
const weights = "branchWeights";

/** What comes before the names of inputs that only the one-to-one branch has. */
const prefix = "oneToOne.";

/** How the branches of a dual head assign (YOLOv10, arXiv 2405.14458; the numbers are Ultralytics 8.4's). */
const branchRules = { oneToMany: { topk: 10 }, oneToOne: { topk: 7, oneToOne: true } } as const;

/** Models whose heads may have two branches. */
export interface BranchedModel {
  strides: readonly number[];
  head: { readonly branches: readonly string[] };
}

/**
 * Creates the loss of a model's branches: that of its only one, or of both.
 *
 * @param create the loss of a branch
 * @param minAssignedSide whether sides shorter than the second stride are widened where anchors are assigned
 */
export function branchedCriterion<T extends NamedTensors>(
  { strides, head }: BranchedModel,
  create: (rules: AssignmentRules) => Criterion<T>,
  { minAssignedSide }: { minAssignedSide: boolean },
): Criterion {
  const [finest = 0, minSide = finest] = strides;
  const ofBranch = (rules: AssignmentRules): Criterion<T> => create(minAssignedSide ? { ...rules, minSide } : rules);
  const { oneToMany, oneToOne } = branchRules;
  if (head.branches.length > 1) {
    return new DualCriterion(strides.length, { oneToMany: ofBranch(oneToMany), oneToOne: ofBranch(oneToOne) });
  }
  return ofBranch(head.branches[0] === "one2one" ? oneToOne : oneToMany) as Criterion;
}

/**
 * The share of the one-to-many branch in the loss of an epoch, from 0: it falls linearly from 0.8 to 0.1 in the last one
 * (Ultralytics 8.4). The one-to-one branch has the rest.
 */
export function oneToManyWeight(epoch: number, epochs: number): number {
  return Math.max(1 - epoch / Math.max(epochs - 1, 1), 0) * 0.7 + 0.1;
}

/**
 * The loss of a head with two branches: the weighted sum of theirs, whose weights move once an epoch
 * ({@link oneToManyWeight}). The parts are the one-to-one branch's, as if it were alone.
 */
export class DualCriterion<T extends NamedTensors> extends StatelessCriterion<NamedTensors> {
  readonly parts: readonly string[];
  readonly #levels: number;
  readonly #branches: Readonly<Record<"oneToMany" | "oneToOne", Criterion<T>>>;
  #weight = oneToManyWeight(0, 1);

  /** @param levels number of levels of each branch */
  constructor(levels: number, branches: Readonly<Record<"oneToMany" | "oneToOne", Criterion<T>>>) {
    super();
    this.#levels = levels;
    this.#branches = branches;
    this.parts = branches.oneToOne.parts;
  }

  startEpoch(epoch: number, epochs: number): void {
    this.#weight = oneToManyWeight(epoch, epochs);
  }

  inputs(batch: TrainBatch): Record<string, HostTensor> {
    const shared: Record<string, HostTensor> = this.#branches.oneToMany.inputs(batch);
    const own = Object.entries<HostTensor>(this.#branches.oneToOne.inputs(batch))
      .filter(([name, { data }]) => shared[name]?.data !== data)
      .map(([name, tensor]): [string, HostTensor] => [`${prefix}${name}`, tensor]);
    const data = Float32Array.of(this.#weight, 1 - this.#weight);
    return { ...shared, ...Object.fromEntries(own), [weights]: { data, shape: [2], dtype: "float32" } };
  }

  loss(raw: readonly tf.Tensor4D[], { [weights]: both, ...targets }: NamedTensors, whole?: BatchPart): CriterionLoss {
    const { oneToMany, oneToOne } = this.#split(raw);
    const own = Object.entries(targets).filter(([name]) => name.startsWith(prefix));
    const ownTargets = { ...targets, ...Object.fromEntries(own.map(([name, x]) => [name.slice(prefix.length), x])) };
    return tf.tidy(() => {
      const many = this.#branches.oneToMany.loss(oneToMany, targets as T, whole);
      const one = this.#branches.oneToOne.loss(oneToOne, ownTargets as NamedTensors as T, whole);
      const total = tf.sum(tf.mul(tf.stack([many.total, one.total]), both as tf.Tensor)) as tf.Scalar;
      return { total, parts: [...one.parts] };
    });
  }

  /** The maps of each branch: its levels, and what both have besides, which the one-to-one branch does not train. */
  #split(raw: readonly tf.Tensor4D[]): Record<"oneToMany" | "oneToOne", tf.Tensor4D[]> {
    const levels = this.#levels;
    if (raw.length < 2 * levels) {
      throw new LookonceError("ARGUMENT", `raw has ${raw.length} maps, expected ${levels} of each of two branches`);
    }
    const shared = raw.slice(2 * levels);
    return {
      oneToMany: [...raw.slice(0, levels), ...shared],
      oneToOne: [...raw.slice(levels, 2 * levels), ...shared.map((map) => stopGradient(map))],
    };
  }
}
