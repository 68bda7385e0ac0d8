import type { Batch, BatchLoader } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import type { TrainCallbacks } from "./report/callbacks.ts";
import type { RunPosition } from "./run-state.ts";
import { type Rates, ratesAt, type ScheduleSettings, updateIsDue } from "./schedule.ts";
import type { Losses, StepResult, TrainStep } from "./train-step.ts";

/** What an epoch needs. */
export interface EpochOptions {
  loader: BatchLoader;
  step: TrainStep;
  schedule: ScheduleSettings;
  callbacks: Pick<Required<TrainCallbacks>, "onTrainBatchStart" | "onTrainBatchEnd">;
  /** Changes every batch before it is learned from, e.g. its size; `iteration` counts from the start of training. */
  prepare?: (batch: Batch, iteration: number) => Batch;
  /** Asked after every batch: whether to stop here. */
  isOver: () => boolean;
}

/** What an epoch gave. */
export interface EpochResult {
  /** Means over its batches. */
  losses: Losses;
  /** Learning rates in its last batch. */
  rates: Rates["rates"];
  /** `false` when it was stopped before its last batch. */
  finished: boolean;
}

/**
 * Learns from the batches of an epoch that `position` has not seen yet, and moves it on; after the last one it stands at
 * the next epoch's first.
 *
 * @throws LookonceError `NUMERIC` when the loss is no finite number
 */
export async function runEpoch(position: RunPosition, options: EpochOptions): Promise<EpochResult> {
  const { loader, step, schedule, callbacks } = options;
  const { epoch, sums } = position;
  const start = performance.now();
  let images = 0;
  let done = 0;
  let rates: Rates["rates"] = { bias: 0, weight: 0, norm: 0 };
  for await (const loaded of loader.batches(epoch, { from: position.iteration })) {
    const iteration = epoch * loader.length + position.iteration;
    const batch = options.prepare?.(loaded, iteration) ?? loaded;
    await callbacks.onTrainBatchStart({ epoch, iteration: position.iteration, batch });
    const { accumulate, ...settings } = ratesAt(schedule, { epoch, iteration });
    const updates = updateIsDue({ iteration, last: position.lastUpdate, accumulate });
    const result = await step.run(batch, { ...settings, updates });
    checkFinite(result, { epoch, iteration: position.iteration });
    if (updates) position.lastUpdate = iteration;
    position.updates = step.updates;
    for (const [part, value] of Object.entries(result.losses)) sums[part] = (sums[part] ?? 0) + value;
    rates = settings.rates;
    images += batch.count;
    done++;
    const seconds = (performance.now() - start) / 1000;
    await callbacks.onTrainBatchEnd({
      ...{ ...result, epoch, iteration: position.iteration++, mean: means(position), rates, images: batch.count },
      instances: batch.samples.reduce((sum, { classes }) => sum + classes.length, 0),
      imagesPerSecond: images / seconds,
      secondsLeft: (seconds / done) * (loader.length - position.iteration),
    });
    if (options.isOver() && position.iteration < loader.length) {
      return { losses: means(position), rates, finished: false };
    }
  }
  const losses = means(position);
  Object.assign(position, { epoch: epoch + 1, iteration: 0, sums: {}, losses: [...position.losses, losses] });
  return { losses, rates, finished: true };
}

function means({ sums, iteration }: RunPosition): Losses {
  return Object.fromEntries(Object.entries(sums).map(([part, sum]) => [part, sum / Math.max(1, iteration)]));
}

function checkFinite(result: StepResult, { epoch, iteration }: { epoch: number; iteration: number }): void {
  const { total, gradientNorm, scaling } = result;
  // Mixed precision tries how far it can go: gradients that overflow are no fault while a smaller scale may help.
  const tries = scaling?.skipped === true && scaling.scale >= 1;
  if (Number.isFinite(total) && (tries || Number.isFinite(gradientNorm))) return;
  const parts = Object.entries(result.losses).map(([part, value]) => `${part} loss ${value}`);
  const kept = epoch === 0 ? "Nothing was saved yet" : `The weights saved after epoch ${epoch} are intact`;
  throw new LookonceError(
    "NUMERIC",
    `training left the finite numbers in epoch ${epoch + 1}, batch ${iteration + 1}: ${parts.join(", ")}, gradient norm ${gradientNorm}. ${kept}; try again with a lower lr0${scaling === undefined ? "" : ", or with amp off"}.`,
  );
}
