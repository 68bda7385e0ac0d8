import {
  type Checkpoint,
  readCheckpoint,
  type StoredTensor,
  saveCheckpoint,
  saveStateDict,
} from "@lookonce/checkpoint";
import { stat, writing } from "@lookonce/files";
import { type DetectionModel, modelFromCheckpoint, stateDict } from "@lookonce/nn";
import { requireAgreement } from "../agreement.ts";
import { predict } from "../compare.ts";
import type { ExportReport } from "../export-report.ts";
import { type GraphOptions, graphSpec } from "../graph-spec.ts";
import { writeChecked } from "../write-checked.ts";

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
  const { height, width, batch } = graphSpec(model, rest);
  const checkpoint = await checkpointOf(model, metadata);
  const written = await writeChecked(file, async (beside) => {
    const save = format === "torch" ? saveStateDict : saveCheckpoint;
    save(beside, checkpoint, { half });
    const back = modelFromCheckpoint(readCheckpoint(beside), file);
    try {
      const agreement = await requireAgreement(model, {
        file,
        height,
        width,
        batch,
        precision: half ? "float16" : "float32",
        predict: (images) => predict(back, images, [batch, 3, height, width]),
      });
      return { bytes: (await writing(file, () => stat(beside))).size, ...agreement };
    } finally {
      back.dispose();
    }
  });
  return { file, format, seconds: (performance.now() - start) / 1000, ...written };
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
