import type { Recipe } from "../recipes/recipe.ts";
import type { Rates } from "../schedule.ts";
import type { Losses, StepResult } from "../train-step.ts";
import type { ValidationResult } from "../validation/validate.ts";

/** What a run is, told at its start. */
export interface RunInfo {
  /** The run's folder. */
  directory: string;
  epochs: number;
  /** Batches in an epoch. */
  iterations: number;
  batch: number;
  imgsz: number;
  recipe: Recipe;
  /** The epoch that it goes on with, from 0; 0 for a new training. */
  firstEpoch: number;
}

/** A batch that was learnt from. */
export interface BatchInfo extends StepResult {
  /** From 0. */
  epoch: number;
  /** Within the epoch, from 0. */
  iteration: number;
  /** Mean losses of the epoch so far. */
  mean: Losses;
  images: number;
  instances: number;
  /** Since the epoch began, validation excluded. */
  imagesPerSecond: number;
  /** Until the epoch's last batch, as far as the batches so far tell. */
  secondsLeft: number;
}

/** An epoch that is over, validation included. */
export interface EpochInfo {
  /** From 0. */
  epoch: number;
  /** Since training began. */
  seconds: number;
  /** Means over the epoch's batches. */
  losses: Losses;
  /** Learning rates by group of parameters in the last batch. */
  rates: Rates["rates"];
  /** Missing where the epoch was not validated. */
  validation?: ValidationResult;
  /** Whether no epoch before was as fit. */
  isBest: boolean;
}

/** Where a run ended. */
export interface EndInfo {
  directory: string;
  seconds: number;
  /** Whether it was asked to stop before its last epoch. */
  interrupted: boolean;
}

/** Called while a model is trained; what they return is waited for. */
export interface TrainCallbacks {
  onTrainStart?(run: RunInfo): void | Promise<void>;
  onBatchEnd?(batch: BatchInfo): void | Promise<void>;
  /** Before an epoch's validation, and after each of its batches. */
  onValidationProgress?(progress: { done: number; batches: number }): void | Promise<void>;
  onEpochEnd?(epoch: EpochInfo): void | Promise<void>;
  onTrainEnd?(end: EndInfo): void | Promise<void>;
}

/** Callbacks that call several, in order. */
export function allCallbacks(callbacks: readonly TrainCallbacks[]): Required<TrainCallbacks> {
  return {
    onTrainStart: async (run) => {
      for (const one of callbacks) await one.onTrainStart?.(run);
    },
    onBatchEnd: async (batch) => {
      for (const one of callbacks) await one.onBatchEnd?.(batch);
    },
    onValidationProgress: async (progress) => {
      for (const one of callbacks) await one.onValidationProgress?.(progress);
    },
    onEpochEnd: async (epoch) => {
      for (const one of callbacks) await one.onEpochEnd?.(epoch);
    },
    onTrainEnd: async (end) => {
      for (const one of callbacks) await one.onTrainEnd?.(end);
    },
  };
}
