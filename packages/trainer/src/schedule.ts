import type { GroupName } from "./optimizer/parameter-groups.ts";

/** What a {@link Schedule} is made of; names and meaning as in YOLO's hyper-parameter files. */
export interface ScheduleSettings {
  epochs: number;
  /** Batches in an epoch. */
  iterations: number;
  /** Learning rate after warm-up. */
  lr0: number;
  /** The last epoch's rate as a share of `lr0`. */
  lrf: number;
  momentum: number;
  warmup_epochs: number;
  /** Warm-up lasts at least this many iterations. */
  warmup_iterations: number;
  warmup_momentum: number;
  warmup_bias_lr: number;
}

/** Learning rates and momentum in force during one iteration. */
export interface Rates {
  rates: Record<GroupName, number>;
  momentum: number;
}

/** Iterations that warm-up lasts: `warmup_epochs`, but no fewer than `warmup_iterations`; 0 without warm-up. */
export function warmupLength(settings: ScheduleSettings): number {
  const { warmup_epochs, warmup_iterations, iterations } = settings;
  return warmup_epochs > 0 ? Math.max(roundHalfToEven(warmup_epochs * iterations), warmup_iterations) : 0;
}

/**
 * The linear schedule of YOLOv8 8.3: rates fall from `lr0` in the first epoch towards `lr0 · lrf`, epoch by epoch. During
 * warm-up they rise from 0, that of biases falls from `warmup_bias_lr`, and momentum rises from `warmup_momentum`.
 *
 * @param at the epoch and the iteration since the start of training, both from 0
 */
export function ratesAt(settings: ScheduleSettings, at: { epoch: number; iteration: number }): Rates {
  const { epochs, lr0, lrf, momentum } = settings;
  const rate = lr0 * (Math.max(1 - at.epoch / epochs, 0) * (1 - lrf) + lrf);
  const warmup = warmupLength(settings);
  if (warmup === 0 || at.iteration > warmup) return { rates: { bias: rate, weight: rate, norm: rate }, momentum };
  const towards = (from: number, to: number): number => from + (to - from) * (at.iteration / warmup);
  const weight = towards(0, rate);
  return {
    rates: { bias: towards(settings.warmup_bias_lr, rate), weight, norm: weight },
    momentum: towards(settings.warmup_momentum, momentum),
  };
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}
