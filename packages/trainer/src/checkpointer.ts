import { join } from "node:path";
import { type Checkpoint, saveCheckpoint, type TrainingState } from "@lookonce/checkpoint";
import { type DetectionModel, stateDict } from "@lookonce/nn";
import type { TrainCallbacks } from "./report/callbacks.ts";
import type { TrainingParts } from "./training-parts.ts";

/** What is saved beside the weights. */
export interface ModelNotes {
  /** The last finished epoch, from 0. */
  epoch?: number;
  imgsz?: number;
  fitness?: number | undefined;
  /** The loss's own variables, by name, such as `balance`: the levels' weights. */
  loss?: Record<string, number[]>;
}

/** Options of {@link Checkpointer}. */
export interface CheckpointerOptions {
  imgsz: number;
  onModelSave: Required<TrainCallbacks>["onModelSave"];
}

/** Saves the model of a training under `weights/` in its directory: the average of the weights, where one is kept. */
export class Checkpointer {
  readonly #directory: string;
  readonly #parts: TrainingParts;
  readonly #options: CheckpointerOptions;

  constructor(directory: string, parts: TrainingParts, options: CheckpointerOptions) {
    this.#directory = directory;
    this.#parts = parts;
    this.#options = options;
  }

  /** Returns the path of a file. */
  file(name: "last" | "best" | `epoch${number}`): string {
    return join(this.#directory, "weights", `${name}.safetensors`);
  }

  /** Saves the model. @param training what is needed to resume its training */
  async save(
    name: "last" | "best" | `epoch${number}`,
    { epoch, fitness, training }: { epoch: number; fitness?: number | undefined; training?: TrainingState | undefined },
  ): Promise<void> {
    await this.#write(this.file(name), { epoch, fitness }, training);
    await this.#options.onModelSave({ file: this.file(name), epoch });
  }

  /** Replaces `last` by the model alone, when a training is over. @param epoch the last finished one */
  async strip(epoch: number): Promise<void> {
    await this.#write(this.file("last"), { epoch });
  }

  async #write(file: string, notes: ModelNotes, training?: TrainingState): Promise<void> {
    const { model, ema, criterion } = this.#parts;
    const variables = [...criterion.parameters, ...criterion.state];
    const loss: Record<string, number[]> = {};
    for (const [name, variable] of variables) loss[name] = [...(await variable.data())];
    const { imgsz } = this.#options;
    await saveModel(file, ema?.model ?? model, {
      ...notes,
      imgsz,
      ...(variables.length > 0 && { loss }),
      ...(training && { training }),
    });
  }
}

/**
 * Saves a model as safetensors that `readCheckpoint` and `modelFromCheckpoint` read back: weights under PyTorch's names,
 * configuration, class names, strides and anchors. The file is written whole or not at all.
 *
 * @param training what is needed to resume its training
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
