import type { BatchLoader } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import type { BatchInfo, Losses } from "./report/callbacks.ts";
import { ratesAt, type ScheduleSettings } from "./schedule.ts";
import type { StepResult, TrainStep } from "./train-step.ts";

/** What an epoch needs. */
export interface EpochOptions {
  /** From 0. */
  epoch: number;
  loader: BatchLoader;
  step: TrainStep;
  schedule: ScheduleSettings;
  onBatchEnd: (batch: BatchInfo) => void | Promise<void>;
  signal?: AbortSignal;
}

/** What an epoch gave. */
export interface EpochResult {
  /** Means over its batches. */
  losses: Losses;
  /** Learning rate of the weights in its last batch. */
  rate: number;
  /** `false` when the signal stopped it. */
  finished: boolean;
}

/**
 * Learns from every batch of an epoch once.
 *
 * @throws LookonceError `NUMERIC` when the loss is no finite number
 */
export async function runEpoch(options: EpochOptions): Promise<EpochResult> {
  const { epoch, loader, step, schedule, signal } = options;
  const sums = { box: 0, cls: 0, dfl: 0 };
  const mean = (count: number): Losses => {
    return { box: sums.box / count, cls: sums.cls / count, dfl: sums.dfl / count };
  };
  const start = performance.now();
  let iteration = 0;
  let images = 0;
  let rate = 0;
  for await (const batch of loader.batches(epoch)) {
    if (signal?.aborted) return { losses: mean(Math.max(1, iteration)), rate, finished: false };
    const rates = ratesAt(schedule, { epoch, iteration: epoch * loader.length + iteration });
    const result = await step.run(batch, rates);
    checkFinite(result, { epoch, iteration });
    for (const part of ["box", "cls", "dfl"] as const) sums[part] += result[part];
    images += batch.count;
    rate = rates.rates.weight;
    const seconds = (performance.now() - start) / 1000;
    await options.onBatchEnd({
      ...{ ...result, epoch, iteration, mean: mean(iteration + 1), images: batch.count },
      instances: batch.samples.reduce((sum, { classes }) => sum + classes.length, 0),
      imagesPerSecond: images / seconds,
      secondsLeft: (seconds / (iteration + 1)) * (loader.length - iteration - 1),
    });
    iteration++;
  }
  return { losses: mean(Math.max(1, iteration)), rate, finished: true };
}

function checkFinite(result: StepResult, { epoch, iteration }: { epoch: number; iteration: number }): void {
  if (Number.isFinite(result.total) && Number.isFinite(result.gradientNorm)) return;
  const { box, cls, dfl, gradientNorm } = result;
  const kept = epoch === 0 ? "Nothing was saved yet" : `The weights saved after epoch ${epoch} are intact`;
  throw new LookonceError(
    "NUMERIC",
    `training left the finite numbers in epoch ${epoch + 1}, batch ${iteration + 1}: box loss ${box}, class loss ${cls}, DFL ${dfl}, gradient norm ${gradientNorm}. ${kept}; try again with a lower lr0.`,
  );
}
