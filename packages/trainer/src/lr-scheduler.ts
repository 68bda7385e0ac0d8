import {
  cappedAccumulation,
  lrByGroup,
  type StepSchedule,
  type WarmupSettings,
  warmupAt,
  warmupIterations,
} from "./warmup.ts";

/** Settings of {@link LrScheduler}, under the names of YOLO's hyper-parameter files. */
export interface ScheduleSettings extends WarmupSettings {
  /** Learning rate after warm-up. */
  lr0: number;
  /** The last epoch's learning rate as a share of `lr0`. */
  lrf: number;
  /** Decay along half a cosine instead of a line. Default `false`. */
  cos_lr?: boolean;
  /** After warm-up every epoch has the learning rate of the one before, as in YOLOv5. Default `false`. */
  usesPreviousEpochLr?: boolean;
}

/**
 * The schedules of YOLOv8 and, with `usesPreviousEpochLr`, YOLOv5 6.1 and 7.0: the learning rate decays epoch by epoch from
 * `lr0` toward `lr0 · lrf`, after a warm-up (`warmupAt`).
 */
export class LrScheduler {
  readonly #settings: ScheduleSettings;

  constructor(settings: ScheduleSettings) {
    this.#settings = { ...settings };
  }

  /** Sets the number of epochs, which changes during a training with a time limit. */
  set epochs(epochs: number) {
    this.#settings.epochs = epochs;
  }

  /** Returns learning rates, momentum and accumulation; `iteration` counts from the start of training, both from 0. */
  lrAt({ epoch, iteration }: { epoch: number; iteration: number }): StepSchedule {
    const settings = this.#settings;
    const warmup = warmupIterations(settings);
    if (warmup > 0 && iteration <= warmup) return warmupAt(settings, { iteration, lr: this.#decayed(epoch) });
    // The epoch in which YOLOv5's warm-up ends keeps the learning rate that warm-up reached.
    const isWarmupsLast = warmup > 0 && Math.floor(warmup / settings.iterations) === epoch;
    const usesPrevious = settings.usesPreviousEpochLr === true && !isWarmupsLast;
    return {
      lr: lrByGroup(settings, this.#decayed(usesPrevious ? Math.max(epoch - 1, 0) : epoch)),
      momentum: settings.momentum,
      accumulate: cappedAccumulation(settings),
    };
  }

  #decayed(epoch: number): number {
    const { epochs, lr0, lrf, cos_lr = false } = this.#settings;
    if (cos_lr) return lr0 * (((1 - Math.cos((epoch * Math.PI) / epochs)) / 2) * (lrf - 1) + 1);
    return lr0 * (Math.max(1 - epoch / epochs, 0) * (1 - lrf) + lrf);
  }
}
