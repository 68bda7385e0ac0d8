import type { GroupName } from "./optimizer/parameter-groups.ts";

/** What a schedule is made of; names and meaning as in YOLO's hyper-parameter files. */
export interface ScheduleSettings {
  epochs: number;
  /** Batches in an epoch. */
  iterations: number;
  /** Learning rate after warm-up. */
  lr0: number;
  /** The last epoch's rate as a share of `lr0`. */
  lrf: number;
  /** Fall along half a cosine instead of a line. Default `false`. */
  cos_lr?: boolean;
  momentum: number;
  warmup_epochs: number;
  /** Warm-up lasts at least this many iterations: 100, in YOLOv5 6.1 1000. */
  warmup_iterations: number;
  warmup_momentum: number;
  warmup_bias_lr: number;
  /** Whether momentum warms up too, as that of SGD and RMSProp does; Adam's β₁ does not. Default `true`. */
  warmsMomentum?: boolean;
  /** Images in a batch, and in the batch that rates are meant for; gradients are summed up to it. Default: equal. */
  batch?: number;
  nbs?: number;
  /** After warm-up every epoch has the rate of the one before, as in YOLOv5. Default `false`. */
  lags?: boolean;
}

/** What is in force during one iteration. */
export interface Rates {
  /** Learning rate by group of parameters. */
  rates: Record<GroupName, number>;
  momentum: number;
  /** How many batches go into one update. */
  accumulate: number;
}

/** Iterations that warm-up lasts: `warmup_epochs`, but no fewer than `warmup_iterations`; 0 without warm-up. */
export function warmupLength(settings: ScheduleSettings): number {
  const { warmup_epochs, warmup_iterations, iterations } = settings;
  return warmup_epochs > 0 ? Math.max(roundHalfToEven(warmup_epochs * iterations), warmup_iterations) : 0;
}

/** The learning rate of an epoch as a share of `lr0`: from 1 in the first epoch toward `lrf`. */
export function rateShare(
  epoch: number,
  { epochs, lrf, cos_lr = false }: Pick<ScheduleSettings, "epochs" | "lrf" | "cos_lr">,
): number {
  if (cos_lr) return ((1 - Math.cos((epoch * Math.PI) / epochs)) / 2) * (lrf - 1) + 1;
  return Math.max(1 - epoch / epochs, 0) * (1 - lrf) + lrf;
}

/** Batches that go into one update after warm-up: the nominal batch over the batch, rounded, at least 1. */
export function fullAccumulation({ batch = 1, nbs = batch }: Pick<ScheduleSettings, "batch" | "nbs">): number {
  return Math.max(roundHalfToEven(nbs / batch), 1);
}

/**
 * The schedules of YOLOv8 8.3 and, with `lags`, YOLOv5 6.1 and 7.0: rates fall from `lr0` toward `lr0 · lrf`, epoch by
 * epoch. During warm-up they rise from 0, that of biases falls from `warmup_bias_lr`, momentum rises from
 * `warmup_momentum`, and the number of batches in an update grows from 1.
 *
 * @param at the epoch and the iteration since the start of training, both from 0
 */
export function ratesAt(settings: ScheduleSettings, at: { epoch: number; iteration: number }): Rates {
  const { lr0, momentum, warmsMomentum = true } = settings;
  const warmup = warmupLength(settings);
  if (warmup === 0 || at.iteration > warmup) {
    const rate = lr0 * rateShare(shownEpoch(settings, at.epoch, warmup), settings);
    return {
      rates: { bias: rate, weight: rate, norm: rate },
      momentum,
      accumulate: fullAccumulation(settings),
    };
  }
  const toward = (from: number, to: number): number => from + (to - from) * (at.iteration / warmup);
  const goal = lr0 * rateShare(at.epoch, settings);
  const weight = toward(0, goal);
  const { batch = 1, nbs = batch } = settings;
  return {
    rates: { bias: toward(settings.warmup_bias_lr, goal), weight, norm: weight },
    momentum: warmsMomentum ? toward(settings.warmup_momentum, momentum) : momentum,
    accumulate: Math.max(1, roundHalfToEven(toward(1, nbs / batch))),
  };
}

/** The epoch whose rate is in force. In the epoch in which warm-up ends, a lagging schedule keeps what warm-up reached. */
function shownEpoch({ lags = false, iterations }: ScheduleSettings, epoch: number, warmup: number): number {
  const warmedUpHere = warmup > 0 && Math.floor(warmup / iterations) === epoch;
  return lags && !warmedUpHere ? Math.max(epoch - 1, 0) : epoch;
}

/** Whether an update is due after an iteration: as many batches as go into one have come since the last one's. */
export function updateIsDue({
  iteration,
  last,
  accumulate,
}: {
  iteration: number;
  last: number;
  accumulate: number;
}): boolean {
  return iteration - last >= accumulate;
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}
