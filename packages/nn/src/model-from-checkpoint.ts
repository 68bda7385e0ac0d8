import { LookonceError } from "@lookonce/errors";
import { parseModelConfig } from "./config/model-config.ts";
import { DetectionModel } from "./detection-model.ts";
import { readModelConfig } from "./model-files.ts";
import { fits, loadStateDict, type StateTensor } from "./state.ts";

/** A checkpoint as `@lookonce/checkpoint` reads it. */
export interface CheckpointContents {
  /** Weights by PyTorch's names, in PyTorch's layouts. */
  tensors: ReadonlyMap<string, StateTensor>;
  /** The model file as a plain object. */
  config?: Readonly<Record<string, unknown>> | undefined;
  /** Class names by class number. */
  names?: readonly string[] | undefined;
}

/**
 * The model that a checkpoint describes, with its weights and class names, in inference mode.
 *
 * @param name the file, for errors
 * @throws LookonceError when the checkpoint contains no model configuration and is not one of YOLOv5's classification models,
 *   which have none, or its weights do not fit
 */
export function modelFromCheckpoint(checkpoint: CheckpointContents, name: string): DetectionModel {
  const { names, tensors } = checkpoint;
  const file = modelFileOf(checkpoint);
  if (file === undefined) {
    throw new LookonceError(
      "FORMAT",
      `${name} contains weights but no model configuration: build the model from its YAML and load them`,
    );
  }
  const model = new DetectionModel(parseModelConfig(file, { name }), names === undefined ? {} : { names });
  loadStateDict(model, tensors, { name });
  return model.eval();
}

/**
 * The model file of a checkpoint as a plain object, `undefined` where it has none. YOLOv5's classification models (7.0) come
 * without, because they are cut out of detectors: theirs is that of the scale whose tensors they have.
 */
export function modelFileOf({ config, tensors }: CheckpointContents): Readonly<Record<string, unknown>> | undefined {
  const classes = tensors.get("model.9.linear.weight")?.shape[0];
  if (config !== undefined || classes === undefined) return config;
  return ["n", "s", "m", "l", "x"]
    .map((scale) => readModelConfig(`yolov5${scale}-cls`, { nc: classes }))
    .find((scaled) => fits(new DetectionModel(scaled), tensors))?.source;
}
