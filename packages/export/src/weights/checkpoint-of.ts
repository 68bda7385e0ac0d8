import type { Checkpoint, StoredTensor } from "@lookonce/checkpoint";
import { type DetectionModel, stateDict } from "@lookonce/nn";

/**
 * A model as files of weights hold it, complete: weights under PyTorch's names, configuration, class names, strides, anchors.
 *
 * @param metadata what else is known of it, such as its license
 */
export async function checkpointOf(model: DetectionModel, metadata: Checkpoint["metadata"]): Promise<Checkpoint> {
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
