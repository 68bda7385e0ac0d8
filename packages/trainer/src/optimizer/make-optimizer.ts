import type { FamilySettings, LongTrainings, OptimizerName, Recipe } from "@lookonce/config";
import { warmupIterations } from "../warmup.ts";
import { Adam, AdamW } from "./adam.ts";
import { MuSgd } from "./musgd.ts";
import { NAdam } from "./nadam.ts";
import type { Optimizer } from "./optimizer.ts";
import type { GroupedParameter, GroupName } from "./parameter-groups.ts";
import { RAdam } from "./radam.ts";
import { RmsProp } from "./rmsprop.ts";
import { Sgd } from "./sgd.ts";

interface OptimizerClass {
  new (parameters: readonly GroupedParameter[], options: { weightDecay: number }): Optimizer;
  /** Where it has groups of its own. */
  readonly groups?: readonly GroupName[];
}

const optimizers: Readonly<Record<OptimizerName, OptimizerClass>> = {
  SGD: Sgd,
  MuSGD: MuSgd,
  Adam,
  AdamW,
  NAdam,
  RAdam,
  RMSProp: RmsProp,
};

/** Makes an optimizer by its name. */
export function makeOptimizer(name: OptimizerName, ...settings: ConstructorParameters<OptimizerClass>): Optimizer {
  return new optimizers[name](...settings);
}

/** The groups of parameters that an optimizer treats apart, in order. @param order of the family, for most optimizers */
export function groupsOf(name: OptimizerName, order: FamilySettings["groupOrder"]): readonly GroupName[] {
  return optimizers[name].groups ?? order;
}

/** The choice of `optimizer: "auto"`. */
export interface AutoOptimizer {
  optimizer: OptimizerName;
  lr0: number;
  momentum: number;
  warmup_bias_lr: number;
}

/** What {@link autoOptimizer} chooses by. */
export interface AutoOptions extends Partial<LongTrainings> {
  nc: number;
  /** Of the whole training, in optimizer steps of the nominal batch. */
  iterations: number;
  /** The momentum that warm-up ends at, where there is a warm-up. */
  warmMomentum?: number | undefined;
}

/**
 * Returns the optimizer, learning rate and momentum for `optimizer=auto`: for more than 10,000 iterations the family's at
 * 0.01, else AdamW at 0.002 · 5 / (4 + nc), rounded to six digits; biases do not start at a higher learning rate. The
 * momentum is 0.9, except that in Ultralytics 8.4 warm-up moves that of MuSGD to the recipe's, where it stays.
 */
export function autoOptimizer(options: AutoOptions): AutoOptimizer {
  const { nc, iterations, optimizer = "SGD", warmsToRecipe = false, warmMomentum = 0.9 } = options;
  if (iterations <= 10_000) {
    const lr0 = Number(((0.002 * 5) / (4 + nc)).toFixed(6));
    return { optimizer: "AdamW", lr0, momentum: 0.9, warmup_bias_lr: 0 };
  }
  return { optimizer, lr0: 0.01, momentum: warmsToRecipe ? warmMomentum : 0.9, warmup_bias_lr: 0 };
}

/** Replaces the optimizer `auto` of a recipe by the choice for a training; another one stays. */
export function chooseOptimizer(
  recipe: Recipe,
  { longTrainings, nc, images, batch, epochs }: ChosenFor,
): Recipe & { optimizer: OptimizerName } {
  const { optimizer, nbs } = recipe;
  if (optimizer !== "auto") return { ...recipe, optimizer };
  // As many optimizer steps as a batch of the nominal size, or the larger one there is, would make.
  const iterations = Math.ceil(images / Math.max(batch, nbs)) * epochs;
  const hasWarmup = warmupIterations({ ...recipe, epochs, iterations: Math.ceil(images / batch) }) > 0;
  const warmMomentum = hasWarmup ? recipe.momentum : undefined;
  return { ...recipe, ...autoOptimizer({ ...longTrainings, nc, iterations, warmMomentum }) };
}

/** The training that {@link chooseOptimizer} chooses for. */
interface ChosenFor extends Record<"nc" | "images" | "batch" | "epochs", number> {
  /** Of the model's family. */
  longTrainings: LongTrainings;
}
