import { type Batch, type BatchShare, shareOf } from "@lookonce/data";
import { LookonceError } from "@lookonce/errors";
import { Random } from "@lookonce/random";
import { scaleRandomly } from "./multi-scale.ts";
import type { Losses, StepResult } from "./train-step.ts";
import type { Training } from "./training.ts";
import type { TrainingProgress } from "./training-state.ts";
import type { StepSchedule } from "./warmup.ts";

/** Parts of a training that an epoch needs. */
export type EpochParts = Pick<Training, "progress" | "loader" | "step" | "scheduler" | "unreadable" | "ranks"> & {
  model: Pick<Training["model"], "maxStride">;
  settings: Pick<Training["settings"], "imgsz" | "seed" | "multiScale">;
  options: Pick<Training["options"], "signal">;
  callbacks: Pick<Training["callbacks"], "onTrainBatchStart" | "onTrainBatchEnd" | "onWarning">;
};

/**
 * Trains on the remaining batches of the current epoch; after the last one the progress is that of the next epoch's start.
 *
 * @returns means of its losses, learning rates of its last batch, and whether it was not stopped before that one
 * @throws LookonceError `NUMERIC` when the loss is no finite number, `DATA` when too many images cannot be read; before a
 *   batch then, after which training could go on
 */
export async function trainEpoch(
  training: EpochParts,
): Promise<{ losses: Losses; lr: StepSchedule["lr"]; finished: boolean; imagesPerSecond: number }> {
  const { progress, loader, callbacks, settings, options, unreadable, ranks } = training;
  const { epoch } = progress;
  const start = performance.now();
  let [images, done, seconds] = [0, 0, 0];
  let { lr } = training.scheduler.lrAt({ epoch, iteration: totalIterations(training) });
  unreadable.startEpoch();
  const loading = loader.batches(epoch, { from: progress.iteration });
  for await (const loaded of ranks.together(loading, () => unreadable.share(ranks))) {
    const lost = unreadable.takeNew();
    if (lost !== undefined) {
      const message = `images cannot be read any more, others are used in their place: ${lost}`;
      await callbacks.onWarning({ epoch, message });
    }
    unreadable.check("The training stops, and its state is saved: resume it when the images are back.");
    const { iteration } = progress;
    const batch = settings.multiScale ? rescale(loaded, training) : loaded;
    await callbacks.onTrainBatchStart({ epoch, iteration, batch });
    const result = await trainStep(training, batch);
    lr = result.lr;
    images += loader.imagesIn(iteration);
    done++;
    seconds = (performance.now() - start) / 1000;
    await callbacks.onTrainBatchEnd({
      ...{ ...result, epoch, iteration, mean: meanLosses(progress), images: loader.imagesIn(iteration) },
      instances: await ranks.sum(instancesOf(batch, shareOf(loader.imagesIn(iteration), ranks))),
      imagesPerSecond: images / seconds,
      secondsLeft: (seconds / done) * (loader.length - progress.iteration),
      ...(ranks.size > 1 && { communicationSeconds: ranks.seconds }),
    });
    if ((await ranks.any(options.signal?.aborted === true)) && progress.iteration < loader.length) {
      return { losses: meanLosses(progress), lr, finished: false, imagesPerSecond: images / seconds };
    }
  }
  const losses = meanLosses(progress);
  Object.assign(progress, { epoch: epoch + 1, iteration: 0, lossSums: {}, losses: [...progress.losses, losses] });
  return { losses, lr, finished: true, imagesPerSecond: images / seconds };
}

/** Trains on one batch, with an optimizer step when enough gradients are accumulated. */
async function trainStep(
  { progress, loader, scheduler, step, ranks, settings: { seed } }: EpochParts,
  batch: Batch,
): Promise<StepResult & Pick<StepSchedule, "lr">> {
  const iteration = totalIterations({ progress, loader });
  const { lr, momentum, accumulate } = scheduler.lrAt({ epoch: progress.epoch, iteration });
  const optimizerStep = iteration - progress.lastOptimizerStep >= accumulate;
  const rng = new Random(seed).fork("dropout", iteration);
  const shard = ranks.size === 1 ? {} : { shard: shareOf(loader.imagesIn(progress.iteration), ranks) };
  const result = await ranks.step(() => step.run(batch, { lr, momentum, optimizerStep, rng, ...shard }));
  checkFinite(result, progress);
  if (optimizerStep) progress.lastOptimizerStep = iteration;
  progress.optimizerSteps = step.optimizerSteps;
  const { lossSums } = progress;
  for (const [part, value] of Object.entries(result.losses)) lossSums[part] = (lossSums[part] ?? 0) + value;
  progress.iteration++;
  return { ...result, lr };
}

/** Objects of a rank's share of a batch; the image of a rank that has none does not count. */
function instancesOf({ samples }: Batch, { from, to }: BatchShare): number {
  return samples.slice(0, to - from).reduce((sum, { classes }) => sum + classes.length, 0);
}

/** Iterations since the start of training. */
function totalIterations({ progress, loader }: Pick<EpochParts, "progress" | "loader">): number {
  return progress.epoch * loader.length + progress.iteration;
}

function rescale(batch: Batch, training: EpochParts): Batch {
  const { imgsz, seed } = training.settings;
  const rng = new Random(seed).fork("scale", totalIterations(training));
  return scaleRandomly(batch, { imgsz, stride: training.model.maxStride, rng });
}

function meanLosses({ lossSums, iteration }: TrainingProgress): Losses {
  return Object.fromEntries(Object.entries(lossSums).map(([part, sum]) => [part, sum / Math.max(1, iteration)]));
}

function checkFinite({ losses, total, gradientNorm, scaling }: StepResult, at: TrainingProgress): void {
  // In mixed precision, gradients that overflow are no fault while a smaller scale may help.
  const mayRecover = scaling?.skipped === true && scaling.scale >= 1;
  if (Number.isFinite(total) && (mayRecover || Number.isFinite(gradientNorm))) return;
  const { epoch, iteration } = at;
  const parts = Object.entries(losses).map(([part, value]) => `${part === "loss" ? part : `${part} loss`} ${value}`);
  const kept = epoch === 0 ? "Nothing was saved yet" : `The weights saved after epoch ${epoch} are intact`;
  throw new LookonceError(
    "NUMERIC",
    `training left the finite numbers in epoch ${epoch + 1}, batch ${iteration + 1}: ${parts.join(", ")}, gradient norm ${gradientNorm}. ${kept}; try again with a lower lr0${scaling === undefined ? "" : ", or with amp off"}.`,
  );
}
