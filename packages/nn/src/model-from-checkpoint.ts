import { LookonceError } from "@lookonce/errors";
import { parseModelConfig } from "./config/model-config.ts";
import { DetectionModel } from "./detection-model.ts";
import { loadStateDict, type StateTensor } from "./state.ts";

/** A checkpoint as `@lookonce/checkpoint` reads it. */
export interface CheckpointContents {
  /** Weights by PyTorch's names, in PyTorch's layouts. */
  tensors: ReadonlyMap<string, StateTensor>;
  /** The model file as a plain object. */
  config?: object | undefined;
  /** Class names by class number. */
  names?: readonly string[] | undefined;
}

/**
 * The model that a checkpoint describes, with its weights and class names, in inference mode.
 *
 * @param name the file, for errors
 * @throws LookonceError when the checkpoint contains no model configuration, or weights that do not fit it
 */
export function modelFromCheckpoint(checkpoint: CheckpointContents, name: string): DetectionModel {
  const { config, names, tensors } = checkpoint;
  if (config === undefined) {
    throw new LookonceError(
      "FORMAT",
      `${name} contains weights but no model configuration: build the model from its YAML and load them`,
    );
  }
  const parsed = parseModelConfig(config, { name });
  const model = new DetectionModel(parsed, names === undefined ? {} : { names });
  loadStateDict(model, tensors, { name });
  return model.eval();
}
