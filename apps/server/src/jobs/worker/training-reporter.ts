import { setImmediate as turn } from "node:timers/promises";
import type { EpochInfo, TrainCallbacks } from "lookonce";
import type { JobContext } from "./job-context.ts";
import type { EpochReport } from "./messages.ts";
import { scoresOf } from "./scores-of.ts";
import { throttle } from "./throttle.ts";

/** Callbacks that report the progress of a training to the service. */
export function trainingReporter(send: JobContext["send"]): TrainCallbacks {
  let run = { epochs: 0, iterations: 0 };
  let now = 0;
  const isDue = throttle();
  return {
    onTrainStart({ epochs, iterations }) {
      run = { epochs, iterations };
    },
    async onTrainBatchEnd({ epoch, iteration, mean, lr, imagesPerSecond, secondsLeft }) {
      const { epochs, iterations: batches } = run;
      now = epoch + 1;
      if (isDue(iteration + 1 === batches)) {
        const report = { stage: "train", epoch: now, epochs, batch: iteration + 1, batches, losses: mean } as const;
        const pace = { images_per_second: imagesPerSecond, seconds_left: secondsLeft };
        send({ type: "batch", report: { ...report, lr: Object.values(lr), ...pace } });
      }
      // Lets the process notice that its service wants it to stop, or is gone.
      await turn();
    },
    async onValBatchEnd({ done, batches }) {
      const { epochs } = run;
      if (isDue(done === batches))
        send({ type: "batch", report: { stage: "val", epoch: now, epochs, batch: done, batches } });
      await turn();
    },
    onFitEpochEnd(epoch) {
      send({ type: "epoch", report: epochReport(epoch, run.epochs) });
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
