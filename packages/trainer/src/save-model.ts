import { type Checkpoint, saveCheckpoint, type TrainingState } from "@lookonce/checkpoint";
import { type DetectionModel, stateDict } from "@lookonce/nn";

/** What is saved beside the weights. */
export interface ModelNotes {
  /** The last finished epoch, from 0. */
  epoch?: number;
  imgsz?: number;
  fitness?: number;
  /** What the loss learned or keeps besides the model, by name, such as `balance`: the levels' weights. */
  loss?: Record<string, number[]> | undefined;
}

/**
 * Saves a model as safetensors that `readCheckpoint` and `modelFromCheckpoint` read back: weights under PyTorch's names,
 * configuration, class names, strides and anchors. The file is written whole or not at all.
 *
 * @param training what its training needs to go on
 */
export async function saveModel(
  path: string,
  model: DetectionModel,
  { training, ...notes }: ModelNotes & { training?: TrainingState } = {},
): Promise<void> {
  const { config, names, nc, strides, anchors } = model;
  const checkpoint: Checkpoint = {
    tensors: await stateDict(model),
    config: config.source as NonNullable<Checkpoint["config"]>,
    names,
    nc,
    stride: strides,
    metadata: Object.fromEntries(Object.entries(notes).filter(([, value]) => value !== undefined)),
  };
  if (anchors.length > 0) {
    checkpoint.anchors = anchors.map((level, i) => level.flat().map((side) => side * (strides[i] as number)));
  }
  if (training !== undefined) checkpoint.training = training;
  saveCheckpoint(path, checkpoint);
}
