import { warn } from "@lookonce/errors";
import { taskOf } from "@lookonce/families";
import { join } from "@lookonce/files";
import { writeImage } from "@lookonce/image";
import { batchGrid } from "../report/batch-grid.ts";
import { attempt, type OnNotice } from "../report/plot-logger.ts";
import type { ValidationCallbacks, ValidationInfo } from "./validation-callbacks.ts";

/** Options of {@link validationPlots}. */
export interface ValidationPlotsOptions {
  /** Folder for the images; it is made when it is not there. */
  directory: string;
  /** Receives notices about images that cannot be drawn or written. Default: a warning of the process. */
  onNotice?: OnNotice;
}

/** Batches of which images are drawn. */
const drawnBatches = 3;

/**
 * Draws a validation, under the file names of YOLOv8 (8.3): the labels of the first three batches and what was
 * found in them, the confusion matrix as shares and as counts, and the curves of precision, recall and F1. A plot that
 * cannot be drawn is a notice, not an error.
 */
export function validationPlots({ directory, onNotice = warn }: ValidationPlotsOptions): ValidationCallbacks {
  let info: Pick<ValidationInfo, "task" | "names"> = { task: "detect", names: [] };
  const draw = (name: string, task: (file: string) => Promise<unknown>): Promise<void> => {
    const file = join(directory, name);
    return attempt(file, () => task(file), onNotice);
  };
  return {
    onValStart(validation) {
      info = validation;
    },
    async onValBatch({ number, batch, found }) {
      if (number >= drawnBatches) return;
      const { names } = info;
      await draw(`val_batch${number}_labels.jpg`, async (file) => writeImage(file, await batchGrid(batch, { names })));
      await draw(`val_batch${number}_pred.jpg`, async (file) =>
        writeImage(file, await batchGrid(batch, { names, found: { task: taskOf(info.task), detections: found } })),
      );
    },
    async onValEnd(scores) {
      const { writePlot } = await import("@lookonce/plots");
      for (const [name, plot] of await taskOf(info.task).plots(scores, info.names)) {
        await draw(name, async (file) => writePlot(file, await plot()));
      }
    },
  };
}
