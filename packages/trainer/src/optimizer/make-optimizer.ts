import type { OptimizerName, Recipe } from "@lookonce/config";
import { Adam, AdamW } from "./adam.ts";
import { NAdam } from "./nadam.ts";
import type { Optimizer } from "./optimizer.ts";
import type { GroupedParameter } from "./parameter-groups.ts";
import { RAdam } from "./radam.ts";
import { RmsProp } from "./rmsprop.ts";
import { Sgd } from "./sgd.ts";

type OptimizerClass = new (parameters: readonly GroupedParameter[], options: { weightDecay: number }) => Optimizer;

const optimizers: Readonly<Record<OptimizerName, OptimizerClass>> = {
  SGD: Sgd,
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

/** The choice of `optimizer: "auto"`. */
export interface AutoOptimizer {
  optimizer: OptimizerName;
  lr0: number;
  momentum: number;
  warmup_bias_lr: number;
}

/**
 * Returns the optimizer, learning rate and momentum of YOLOv8 8.3 for `optimizer=auto`: SGD at 0.01 for more than 10,000 iterations,
 * else AdamW at 0.002 · 5 / (4 + nc), rounded to six digits; biases do not start at a higher learning rate.
 *
 * @param iterations of the whole training, in optimizer steps of the nominal batch
 */
export function autoOptimizer({ nc, iterations }: { nc: number; iterations: number }): AutoOptimizer {
  const chosen: Pick<AutoOptimizer, "optimizer" | "lr0"> =
    iterations > 10_000
      ? { optimizer: "SGD", lr0: 0.01 }
      : { optimizer: "AdamW", lr0: Number(((0.002 * 5) / (4 + nc)).toFixed(6)) };
  return { ...chosen, momentum: 0.9, warmup_bias_lr: 0 };
}

/** Replaces the optimizer `auto` of a recipe by the choice for a training; another one stays. */
export function chooseOptimizer(
  recipe: Recipe,
  { nc, images, batch, epochs }: Record<"nc" | "images" | "batch" | "epochs", number>,
): Recipe & { optimizer: OptimizerName } {
  const { optimizer, nbs } = recipe;
  if (optimizer !== "auto") return { ...recipe, optimizer };
  // As many optimizer steps as a batch of the nominal size, or the larger one there is, would make.
  const iterations = Math.ceil(images / Math.max(batch, nbs)) * epochs;
  return { ...recipe, ...autoOptimizer({ nc, iterations }) };
}
