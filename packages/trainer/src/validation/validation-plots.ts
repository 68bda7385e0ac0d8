import { join } from "node:path";
import { writeImage } from "@lookonce/image";
import type { CurveKind } from "@lookonce/plots";
import { batchGrid } from "../report/batch-grid.ts";
import { attempt, type OnNotice, warn } from "../report/plot-logger.ts";
import type { ValidationCallbacks } from "./validation-callbacks.ts";
import type { ValidationResult } from "./validation-result.ts";

/** Options of {@link validationPlots}. */
export interface ValidationPlotsOptions {
  /** Folder for the images; it is made when it is not there. */
  directory: string;
  /** Told of an image that cannot be drawn or written. Default: a warning of the process. */
  onNotice?: OnNotice;
}

/** Batches of which images are drawn. */
const drawnBatches = 3;

const curveFiles: readonly (readonly [kind: CurveKind, file: string])[] = [
  ["precision-recall", "BoxPR_curve.png"],
  ["f1", "BoxF1_curve.png"],
  ["precision", "BoxP_curve.png"],
  ["recall", "BoxR_curve.png"],
];

/**
 * Draws a validation, in files of the names that YOLOv8 (8.3) gives them: the labels of the first three batches and what was
 * found in them, the confusion matrix as shares and as counts, and the curves of precision, recall and F1. A plot that
 * cannot be drawn is a notice, not an error.
 */
export function validationPlots({ directory, onNotice = warn }: ValidationPlotsOptions): ValidationCallbacks {
  let names: readonly string[] = [];
  return {
    onValStart(validation) {
      names = validation.names;
    },
    async onValBatch({ number, batch, found }) {
      if (number >= drawnBatches) return;
      for (const [kind, drawn] of [
        ["labels", {}],
        ["pred", { found }],
      ] as const) {
        const file = join(directory, `val_batch${number}_${kind}.jpg`);
        await attempt(file, async () => writeImage(file, await batchGrid(batch, { names, ...drawn })), onNotice);
      }
    },
    async onValEnd(result) {
      await drawScores(result, { directory, names, onNotice });
    },
  };
}

async function drawScores(
  { confusion, curves }: ValidationResult,
  { directory, names, onNotice }: Required<ValidationPlotsOptions> & { names: readonly string[] },
): Promise<void> {
  const { plotConfusionMatrix, plotCurve, writePlot } = await import("@lookonce/plots");
  const plots: (readonly [file: string, draw: () => Promise<Uint8Array>])[] = [
    ["confusion_matrix.png", () => plotConfusionMatrix(confusion, names, { normalize: false })],
    ["confusion_matrix_normalized.png", () => plotConfusionMatrix(confusion, names)],
    ...curveFiles.map(([kind, file]) => [file, () => plotCurve(kind, curves)] as const),
  ];
  for (const [name, draw] of plots) {
    const file = join(directory, name);
    await attempt(file, async () => writePlot(file, await draw()), onNotice);
  }
}
