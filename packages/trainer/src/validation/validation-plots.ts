import { join } from "node:path";
import { taskOf } from "@lookonce/families";
import { writeImage } from "@lookonce/image";
import { batchGrid } from "../report/batch-grid.ts";
import { attempt, type OnNotice, warn } from "../report/plot-logger.ts";
import type { ValidationCallbacks, ValidationInfo } from "./validation-callbacks.ts";
import type { ValidationResult } from "./validation-result.ts";

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
  return {
    onValStart(validation) {
      info = validation;
    },
    async onValBatch({ number, batch, found }) {
      if (number >= drawnBatches) return;
      for (const [kind, drawn] of [
        ["labels", {}],
        ["pred", { found }],
      ] as const) {
        const file = join(directory, `val_batch${number}_${kind}.jpg`);
        await attempt(
          file,
          async () => writeImage(file, await batchGrid(batch, { names: info.names, ...drawn })),
          onNotice,
        );
      }
    },
    async onValEnd(result) {
      await drawScores(result, { ...info, directory, onNotice });
    },
  };
}

async function drawScores(
  scores: ValidationResult,
  { task, directory, names, onNotice }: Required<ValidationPlotsOptions> & Pick<ValidationInfo, "task" | "names">,
): Promise<void> {
  const { writePlot } = await import("@lookonce/plots");
  for (const [name, draw] of await taskOf(task).plots(scores, names)) {
    const file = join(directory, name);
    await attempt(file, async () => writePlot(file, await draw()), onNotice);
  }
}
