import { warn } from "@lookonce/errors";
import { encodeImage } from "@lookonce/image";
import type { EventWriter, GraphNode } from "@lookonce/tensorboard";
import { batchGrid } from "./batch-grid.ts";
import type { RunInfo, TrainCallbacks } from "./callbacks.ts";
import { attempt, drawnIterations, type OnNotice } from "./plot-logger.ts";
import { resultsRow } from "./results-csv.ts";

/** Options of {@link tensorboardLogger}. */
export interface TensorboardLoggerOptions {
  /** Names of the classes, for the images. Default: their numbers. */
  names?: readonly string[];
  /** The model's graph, as `modelGraph` of `@lookonce/export` returns it. Default: no graph. */
  graph?: readonly GraphNode[];
  /** Receives notices about what cannot be written. Default: a warning of the process. */
  onNotice?: OnNotice;
}

/** Side of an image in the grids, in pixels; small, since every run keeps them. */
const cell = 160;

/**
 * Writes an event file for TensorBoard into the run's directory: the columns of `results.csv` as curves over epochs, the
 * batches that `plotLogger` draws as images, and the model's graph. A resumed training continues its curves.
 * Events that cannot be written are a notice, not an error.
 */
export function tensorboardLogger(options: TensorboardLoggerOptions = {}): TrainCallbacks {
  const { names = [], graph, onNotice = warn } = options;
  let writer: EventWriter | undefined;
  let run: Pick<RunInfo, "task" | "iterations"> = { task: "detect", iterations: 0 };
  let drawn: ReadonlySet<number> = new Set();
  const log = (task: (to: EventWriter) => Promise<unknown>): Promise<void> =>
    attempt("a part of TensorBoard's event file", async () => writer && task(writer), onNotice);
  return {
    async onTrainStart(info) {
      const { EventWriter } = await import("@lookonce/tensorboard");
      run = info;
      drawn = drawnIterations(info);
      // Steps are epochs as people count them, from 1.
      const { directory, firstEpoch } = info;
      writer = new EventWriter(directory, firstEpoch === 0 ? {} : { startStep: firstEpoch + 1 });
      await log(async (to) => {
        if (graph !== undefined && firstEpoch === 0) to.graph(graph);
        await to.flush();
      });
    },
    async onTrainBatchStart({ epoch, iteration, batch }) {
      if (!drawn.has(epoch * run.iterations + iteration)) return;
      await log(async (to) => {
        const image = await batchGrid(batch, { names, cell });
        const bytes = await encodeImage(image, ".jpg", { quality: 85 });
        to.image(`train_batch/${iteration}`, bytes, { width: image.width, height: image.height, step: epoch + 1 });
      });
    },
    async onFitEpochEnd(epoch) {
      await log(async (to) => {
        const { epoch: _, time: __, ...scalars } = Object.fromEntries(resultsRow(epoch, run));
        for (const [tag, value] of Object.entries(scalars)) {
          if (value !== "") to.scalar(tag, Number(value), epoch.epoch + 1);
        }
        await to.flush();
      });
    },
    async onTrainEnd() {
      await log((to) => to.close());
      writer = undefined;
    },
  };
}
