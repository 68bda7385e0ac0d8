import type { Recipe } from "@lookonce/config";
import type { Batch } from "@lookonce/data";
import type { AnchorReport } from "../anchors/auto-anchor.ts";
import type { AutoBatchReport } from "../auto-batch/largest-batch.ts";
import type { PrecisionChoice } from "../precision/choose-precision.ts";
import type { Communication } from "../ranks/communication.ts";
import { Ranks } from "../ranks/ranks.ts";
import type { Losses, StepResult } from "../train-step.ts";
import type { UnreadableImages } from "../unreadable-images.ts";
import type { ValidationResult } from "../validation/validation-result.ts";
import type { StepSchedule } from "../warmup.ts";

/** A training, reported at its start. */
export interface RunInfo {
  directory: string;
  /** Names of the model's family and task. */
  family: string;
  task: string;
  epochs: number;
  iterations: number;
  batch: number;
  imgsz: number;
  recipe: Recipe;
  /** The epoch that it is resumed with, from 0; 0 for a new training. */
  firstEpoch: number;
  /** What AutoAnchor found; of new trainings of YOLOv5 models only. */
  anchors?: AnchorReport;
  /** Number of this rank, and of all that share the training; missing where it is the only one. */
  rank?: number;
  ranks?: number;
  /** The batch that -1 was resolved to. */
  autoBatch?: AutoBatchReport;
  amp?: boolean;
  /** How that was chosen; of new trainings only. */
  precision?: PrecisionChoice;
  /** Further entries of `args.yaml`, such as the files of model and data set. */
  args: Readonly<Record<string, unknown>>;
}

/** A batch that was trained on. */
export interface BatchInfo extends StepResult {
  /** From 0. */
  epoch: number;
  /** Within the epoch, from 0. */
  iteration: number;
  mean: Losses;
  lr: StepSchedule["lr"];
  /** Of the whole batch, which several ranks may share; so are instances. */
  images: number;
  instances: number;
  /** Since the epoch began, validation excluded. */
  imagesPerSecond: number;
  /** Estimate until the epoch's last batch. */
  secondsLeft: number;
  /** Seconds since training began that this rank waited for others and moved numbers, where there are several. */
  communicationSeconds?: number;
}

/** A finished epoch, validation included. */
export interface EpochInfo {
  /** From 0. */
  epoch: number;
  /** Since training began. */
  seconds: number;
  losses: Losses;
  /** Learning rates by group of parameters in the last batch. */
  lr: StepSchedule["lr"];
  /** Of several ranks: images a second of all, and their communication since training began. */
  imagesPerSecond?: number;
  communication?: Communication;
  /** Missing where the epoch was not validated. */
  validation?: ValidationResult;
  /** Whether no epoch before was as fit. */
  isBest: boolean;
}

/** The end of a training. */
export interface EndInfo {
  directory: string;
  seconds: number;
  /** Whether the signal stopped it. */
  interrupted: boolean;
  /** Of several ranks. */
  communication?: Communication;
  /** Training images that could not be read, for which others were used. */
  unreadable?: UnreadableImages;
}

/** Something that is wrong with a training and does not end it. */
export interface TrainWarning {
  /** From 0. */
  epoch: number;
  message: string;
}

/**
 * Called while a model is trained; what they return is waited for. The moments are those of YOLOv8's callbacks
 * (`on_train_epoch_end` before an epoch's validation, `on_fit_epoch_end` after it).
 */
export interface TrainCallbacks {
  onTrainStart?(run: RunInfo): void | Promise<void>;
  onTrainEpochStart?(epoch: { epoch: number }): void | Promise<void>;
  /** A batch as it is fed to the model; its arrays are not to be changed or kept. */
  onTrainBatchStart?(batch: { epoch: number; iteration: number; batch: Batch }): void | Promise<void>;
  onTrainBatchEnd?(batch: BatchInfo): void | Promise<void>;
  /** An epoch, before its validation. */
  onTrainEpochEnd?(epoch: Pick<EpochInfo, "epoch" | "losses" | "lr">): void | Promise<void>;
  /** Before an epoch's validation, and after each of its batches. */
  onValBatchEnd?(progress: { done: number; batches: number }): void | Promise<void>;
  onFitEpochEnd?(epoch: EpochInfo): void | Promise<void>;
  onWarning?(warning: TrainWarning): void | Promise<void>;
  onModelSave?(saved: { file: string; epoch: number }): void | Promise<void>;
  onTrainEnd?(end: EndInfo): void | Promise<void>;
}

const moments: { readonly [K in keyof Required<TrainCallbacks>]: true } = {
  onTrainStart: true,
  onTrainEpochStart: true,
  onTrainBatchStart: true,
  onTrainBatchEnd: true,
  onTrainEpochEnd: true,
  onValBatchEnd: true,
  onFitEpochEnd: true,
  onWarning: true,
  onModelSave: true,
  onTrainEnd: true,
};

/** Callbacks that call several, in order. @param ranks whom the failure of a call ends */
export function allCallbacks(
  callbacks: readonly TrainCallbacks[],
  ranks: Pick<Ranks, "attempt"> = new Ranks(),
): Required<TrainCallbacks> {
  const call = (moment: string) => (info: never) =>
    ranks.attempt(async () => {
      for (const one of callbacks) await one[moment as keyof TrainCallbacks]?.(info);
    });
  const calls = Object.keys(moments).map((moment) => [moment, call(moment)]);
  return Object.fromEntries(calls);
}
