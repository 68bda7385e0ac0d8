import { roundHalfEven } from "@lookonce/geometry";
import { describeGroup, type GroupName, groupNames, type LearningRates } from "./optimizer/parameter-groups.ts";

/** Settings of warm-up, under the names of YOLO's hyper-parameter files. */
export interface WarmupSettings {
  epochs: number;
  iterations: number;
  momentum: number;
  warmup_epochs: number;
  /**
   * Warm-up lasts at least this many iterations: 100 in YOLOv8 8.3 and YOLOv5 7.0, 1000 in YOLOv5 6.1. With 0 there is no
   * lower bound, and short trainings follow Ultralytics 8.4: the last epoch is never part of warm-up, and gradients are
   * accumulated over no more batches than the training has.
   */
  warmup_iterations: number;
  warmup_momentum: number;
  warmup_bias_lr: number;
  /** Whether momentum warms up too, as that of SGD and RMSProp does; Adam's β₁ does not. Default `true`. */
  warmsMomentum?: boolean;
  /** Images in a batch, and the nominal batch to which gradients are accumulated. Default: equal. */
  batch?: number;
  nbs?: number;
  /** The optimizer's groups of parameters. Default: biases, weights, factors of normalizations. */
  groups?: readonly GroupName[];
}

/** Learning rates, momentum and accumulation of one iteration. */
export interface StepSchedule {
  lr: LearningRates;
  momentum: number;
  /** Batches whose gradients make one optimizer step. */
  accumulate: number;
}

/** Returns the number of iterations that warm-up lasts; 0 without warm-up. */
export function warmupIterations(settings: WarmupSettings): number {
  const { epochs, iterations, warmup_epochs, warmup_iterations } = settings;
  if (!(warmup_epochs > 0)) return 0;
  if (warmup_iterations > 0) return Math.max(roundHalfEven(warmup_epochs * iterations), warmup_iterations);
  return roundHalfEven(Math.min(warmup_epochs, epochs - 1) * iterations);
}

/** Returns the batches that make one optimizer step after warm-up: `nbs / batch`, rounded, at least 1. */
export function accumulationSteps({ batch = 1, nbs = batch }: Pick<WarmupSettings, "batch" | "nbs">): number {
  return Math.max(roundHalfEven(nbs / batch), 1);
}

/** Returns {@link accumulationSteps}, where there is no lower bound of warm-up at most the training's batches. */
export function cappedAccumulation(settings: WarmupSettings): number {
  const { warmup_iterations, epochs, iterations } = settings;
  const steps = accumulationSteps(settings);
  return warmup_iterations > 0 ? steps : Math.max(1, Math.min(steps, epochs * iterations));
}

/** Returns the learning rates of groups, in their order. @param lrAt of a group: what it is, and its rate after warm-up */
export function lrByGroup(
  { groups = groupNames }: Pick<WarmupSettings, "groups">,
  lr: number,
  lrAt: (lr: number, kind: ReturnType<typeof describeGroup>["kind"]) => number = (after) => after,
): LearningRates {
  const rates = groups.map((group) => {
    const { kind, lrFactor } = describeGroup(group);
    return [group, lrAt(lr * lrFactor, kind)];
  });
  return Object.fromEntries(rates);
}

/**
 * Returns the schedule of an iteration of warm-up: learning rates rise from 0 to `lr`, that of biases falls from
 * `warmup_bias_lr`, momentum rises from `warmup_momentum`, accumulation grows from 1.
 */
export function warmupAt(settings: WarmupSettings, { iteration, lr }: { iteration: number; lr: number }): StepSchedule {
  const { momentum, warmsMomentum = true, warmup_iterations, batch = 1, nbs = batch } = settings;
  const share = iteration / warmupIterations(settings);
  const interpolate = (from: number, to: number): number => from + (to - from) * share;
  const steps = warmup_iterations > 0 ? nbs / batch : cappedAccumulation(settings);
  return {
    lr: lrByGroup(settings, lr, (after, kind) => interpolate(kind === "bias" ? settings.warmup_bias_lr : 0, after)),
    momentum: warmsMomentum ? interpolate(settings.warmup_momentum, momentum) : momentum,
    accumulate: Math.max(1, roundHalfEven(interpolate(1, steps))),
  };
}
