import { rm, stat } from "node:fs/promises";
import {
  type Checkpoint,
  readCheckpoint,
  type StoredTensor,
  saveCheckpoint,
  saveStateDict,
} from "@lookonce/checkpoint";
import { taskOf } from "@lookonce/families";
import { besideOf, renameIntoPlace, writing } from "@lookonce/files";
import { type DetectionModel, modelFromCheckpoint, stateDict } from "@lookonce/nn";
import { requireAgreement } from "../agreement.ts";
import { predict } from "../compare.ts";
import type { ExportReport } from "../export-report.ts";
import type { GraphSpec } from "../graph-spec.ts";
import { type GraphOptions, graphSpec } from "../graph-spec.ts";

/** Options of {@link exportWeights}. */
export interface ExportWeightsOptions extends Pick<GraphOptions, "imgsz" | "batch"> {
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
 * Writes a detector's weights under the names of the Python implementations (`model.0.conv.weight`), with all
 * that is known of the model, so that it can be built from the file alone.
 *
 * `imgsz` and `batch` are those of the check: the file is read back, its model is run on a photograph and
 * compared.
 *
 * @throws LookonceError `ARGUMENT` for a size that does not fit the stride, `NUMERIC` when the numbers disagree, `IO` when the
 *   file cannot be written
 */
export async function exportWeights(model: DetectionModel, options: ExportWeightsOptions): Promise<ExportReport> {
  const start = performance.now();
  const { file, format, half = false, metadata = {}, ...rest } = options;
  const spec = graphSpec(model, rest);
  const checkpoint = await checkpointOf(model, metadata);
  const beside = besideOf(file);
  try {
    const save = format === "torch" ? saveStateDict : saveCheckpoint;
    save(beside, checkpoint, { half });
    const checked = await checkFile(model, beside, { spec, half, file });
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
  { spec, half, file }: { spec: GraphSpec; half: boolean; file: string },
): Promise<Pick<ExportReport, "differences" | "largestDifference" | "checkedOn">> {
  const { height, width, batch } = spec;
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
        shape: predictionShape(back, spec),
      }),
    });
  } finally {
    back.dispose();
  }
}

function predictionShape(model: DetectionModel, { height, width, batch }: GraphSpec): number[] {
  const cells = model.strides.map(
    (stride, i) => (height / stride) * (width / stride) * (model.anchors[i]?.length ?? 1),
  );
  return taskOf(model.task).outputShape(model, { batch, anchors: cells.reduce((sum, cell) => sum + cell, 0) });
}

/**
 * A model as a complete checkpoint: weights under PyTorch's names, configuration, class names, strides, anchors.
 *
 * @param metadata what else is known of it, such as its license
 */
async function checkpointOf(model: DetectionModel, metadata: Checkpoint["metadata"]): Promise<Checkpoint> {
  const { config, names, nc, strides, anchors } = model;
  const checkpoint: Checkpoint = {
    tensors: withCounters(await stateDict(model)),
    config: config.source as NonNullable<Checkpoint["config"]>,
    names,
    nc,
    stride: strides,
    metadata,
  };
  if (anchors.length > 0) {
    checkpoint.anchors = anchors.map((level, i) => level.flat().map((side) => side * (strides[i] as number)));
  }
  return checkpoint;
}

/**
 * With the counter of batches that PyTorch's batch normalizations keep, where their names say that there is one. It weighs
 * batches only when a normalization has no momentum; with one, as here, it means nothing, and starts at 0.
 */
function withCounters(tensors: ReadonlyMap<string, StoredTensor>): Map<string, StoredTensor> {
  const all = new Map<string, StoredTensor>();
  for (const [name, tensor] of tensors) {
    all.set(name, tensor);
    if (name.endsWith(".running_var")) {
      all.set(name.replace(/running_var$/, "num_batches_tracked"), { shape: [], data: new BigInt64Array(1) });
    }
  }
  return all;
}
