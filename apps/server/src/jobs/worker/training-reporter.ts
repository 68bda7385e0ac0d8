import type { EpochInfo, TrainCallbacks } from "@lookonce/yolo";
import { batchReporter } from "./batch-reporter.ts";
import type { JobContext } from "./job-context.ts";
import type { EpochReport } from "./messages.ts";
import { scoresOf } from "./scores-of.ts";

/** Callbacks that report the progress of a training to the service. */
export function trainingReporter(send: JobContext["send"]): TrainCallbacks {
  let run = { epochs: 0, iterations: 0 };
  let epoch = 0;
  const reportBatch = batchReporter(send);
  return {
    onTrainStart({ epochs, iterations }) {
      run = { epochs, iterations };
    },
    async onTrainBatchEnd({ epoch: index, iteration, mean, lr, imagesPerSecond, secondsLeft }) {
      const { epochs, iterations: batches } = run;
      epoch = index + 1;
      await reportBatch({
        stage: "train",
        ...{ epoch, epochs, batch: iteration + 1, batches, losses: mean, lr: Object.values(lr) },
        ...{ images_per_second: imagesPerSecond, seconds_left: secondsLeft },
      });
    },
    async onValBatchEnd({ done, batches }) {
      await reportBatch({ stage: "val", epoch, epochs: run.epochs, batch: done, batches });
    },
    onFitEpochEnd(info) {
      send({ type: "epoch", report: epochReport(info, run.epochs) });
    },
    onModelSave() {
      send({ type: "saved" });
    },
  };
}

function epochReport({ epoch, seconds, losses, lr, validation, isBest }: EpochInfo, epochs: number): EpochReport {
  return {
    ...{ epoch: epoch + 1, epochs, seconds, losses, lr: Object.values(lr), best: isBest },
    ...(validation === undefined ? {} : { metrics: scoresOf(validation) }),
    ...(validation?.losses === undefined ? {} : { val_losses: validation.losses }),
  };
}
