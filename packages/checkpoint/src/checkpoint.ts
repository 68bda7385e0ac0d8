import type { PlainValue } from "./plain.ts";
import type { StoredTensor } from "./tensor.ts";

/** A model as it lies in a file: weights, and what is known of the model that they belong to. */
export interface Checkpoint {
  /** Parameters and persistent buffers by PyTorch's names (`model.0.conv.weight`), in PyTorch's layouts (OIHW). */
  tensors: Map<string, StoredTensor>;
  /** The model's configuration (its YAML file) as a plain object. */
  config?: { [key: string]: PlainValue };
  /** Class names in the order of their numbers. */
  names?: string[];
  /** Number of classes. */
  nc?: number;
  /** Input pixels per cell of each detection level, finest first. */
  stride?: number[];
  /** Anchor sizes of each level, `[width, height, width, height, …]` in input pixels (YOLOv5 only). */
  anchors?: number[][];
  /**
   * Whatever else the file says, as plain values. From YOLO checkpoints: `source` (`"ema"` or `"model"`), `modelClass`,
   * `epoch`, `date`, `version`, `license`, `bestFitness`, `trainArgs`.
   */
  metadata: { [key: string]: PlainValue };
  /** What a training that was stopped needs to go on; only in files that a training wrote. */
  training?: TrainingState;
}

/** The state of a training besides the model that the file is read for. */
export interface TrainingState {
  /** Weights of the last step, the optimizer's memory and the like, by name. */
  tensors: Map<string, StoredTensor>;
  /** Where the training stood, its settings, its best score. */
  state: { [key: string]: PlainValue };
}
