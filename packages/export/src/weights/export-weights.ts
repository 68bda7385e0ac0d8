import { rm, stat } from "node:fs/promises";
import { type Checkpoint, readCheckpoint, saveCheckpoint, saveStateDict } from "@lookonce/checkpoint";
import { taskOf } from "@lookonce/families";
import { besideOf, renameIntoPlace, writing } from "@lookonce/files";
import { type DetectionModel, modelFromCheckpoint } from "@lookonce/nn";
import { requireAgreement } from "../agreement.ts";
import { predict } from "../compare.ts";
import type { ExportReport } from "../export-report.ts";
import { type FormOptions, modelForm } from "../form.ts";
import type { GraphForm } from "../tensorflow/detector-operations.ts";
import { checkpointOf } from "./checkpoint-of.ts";

/** Options of {@link exportWeights}. */
export interface ExportWeightsOptions extends Pick<FormOptions, "imgsz" | "batch"> {
  /** The file to write. */
  file: string;
  /** `safetensors`, or `torch`: a `state_dict` in a `.pt` file. */
  format: "safetensors" | "torch";
  /** Whether weights are written in half precision: half the size. Default false. */
  half?: boolean;
  /** What else the file says of the model, such as `license`, `version` and `trainArgs`. Default: nothing. */
  metadata?: Checkpoint["metadata"];
}

/**
 * Writes a detector's weights under the names that the Python implementations give them (`model.0.conv.weight`), with all
 * that is known of the model, so that it can be built from the file alone.
 *
 * `imgsz` and `batch` are those of the check: the file is read back, the model that it holds is run on a photograph and
 * compared.
 *
 * @throws LookonceError `ARGUMENT` for a size that does not fit the stride, `NUMERIC` when the numbers disagree, `IO` when the
 *   file cannot be written
 */
export async function exportWeights(model: DetectionModel, options: ExportWeightsOptions): Promise<ExportReport> {
  const start = performance.now();
  const { file, format, half = false, metadata = {}, ...rest } = options;
  const form = modelForm(model, rest);
  const checkpoint = await checkpointOf(model, metadata);
  const beside = besideOf(file);
  try {
    const save = format === "torch" ? saveStateDict : saveCheckpoint;
    save(beside, checkpoint, { half });
    const checked = await checkFile(model, beside, { form, half, file });
    const { size: bytes } = await writing(file, () => stat(beside));
    await renameIntoPlace(beside, file);
    return { file, format, bytes, seconds: (performance.now() - start) / 1000, ...checked };
  } catch (error) {
    // The failure that counts is the one above; there may be nothing to remove.
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}

async function checkFile(
  model: DetectionModel,
  path: string,
  { form, half, file }: { form: GraphForm; half: boolean; file: string },
): Promise<Pick<ExportReport, "differences" | "largestDifference" | "checkedOn">> {
  const { height, width, batch } = form;
  const back = modelFromCheckpoint(readCheckpoint(path), file);
  try {
    return await requireAgreement(model, {
      file,
      height,
      width,
      batch,
      precision: half ? "float16" : "float32",
      predict: async (images) => ({
        data: await predict(back, { images, imagesShape: [batch, 3, height, width] }),
        shape: predictionShape(back, form),
      }),
    });
  } finally {
    back.dispose();
  }
}

function predictionShape(model: DetectionModel, { height, width, batch }: GraphForm): number[] {
  const cells = model.strides.map(
    (stride, i) => (height / stride) * (width / stride) * (model.anchors[i]?.length ?? 1),
  );
  return taskOf(model.task).outputShape(model, { batch, anchors: cells.reduce((sum, cell) => sum + cell, 0) });
}
