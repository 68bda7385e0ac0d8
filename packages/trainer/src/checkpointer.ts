import { type Checkpoint, readCheckpoint, saveCheckpoint, type TrainingState } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import { join } from "@lookonce/files";
import { type DetectionModel, stateDict } from "@lookonce/nn";
import type { TrainCallbacks } from "./report/callbacks.ts";
import type { TrainingParts } from "./training-parts.ts";

/** What is saved beside the weights. */
export interface ModelNotes {
  /** The last finished epoch, from 0. */
  epoch?: number;
  imgsz?: number;
  fitness?: number;
  /** The loss's own variables, by name, such as `balance`: the levels' weights. */
  loss?: Record<string, number[]>;
}

type SaveOptions = { imgsz: number } & Pick<Required<TrainCallbacks>, "onModelSave">;

/** A file's name, without its ending. */
type FileName = "last" | "best" | `epoch${number}`;

/** Saves the model of a training under `weights/` in its directory: the average of the weights, where one is kept. */
export class Checkpointer {
  readonly #directory: string;
  readonly #parts: TrainingParts;
  readonly #options: SaveOptions;

  constructor(directory: string, parts: TrainingParts, options: SaveOptions) {
    this.#directory = directory;
    this.#parts = parts;
    this.#options = options;
  }

  file(name: FileName): string {
    return join(this.#directory, "weights", `${name}.safetensors`);
  }

  /** Saves the model. @param training what is needed to resume its training */
  async save(name: FileName, notes: ModelNotes & { epoch: number }, training?: TrainingState): Promise<void> {
    await this.#write(name, notes, training);
    await this.#options.onModelSave({ file: this.file(name), epoch: notes.epoch });
  }

  /** Replaces `last` by the model alone, when a training is over. @param epoch the last finished one */
  async strip(epoch: number): Promise<void> {
    await this.#write("last", { epoch });
  }

  /** Adds to the error of a disk or a device that ended the training where it can be resumed from. Others stay as they are. */
  withWayBack(error: unknown): unknown {
    const last = this.file("last");
    if (!(error instanceof LookonceError) || !["IO", "DEVICE"].includes(error.code) || !isResumable(last)) return error;
    const message = `${error.message} What was trained before is saved: resume from ${last}.`;
    return new LookonceError(error.code, message, { cause: error });
  }

  async #write(name: FileName, notes: ModelNotes, training?: TrainingState): Promise<void> {
    const { model, ema, criterion } = this.#parts;
    const { imgsz } = this.#options;
    const variables = [...criterion.parameters, ...criterion.state];
    const loss: Record<string, number[]> = {};
    for (const [key, variable] of variables) loss[key] = [...(await variable.data())];
    const all = { ...notes, imgsz, ...(variables.length > 0 && { loss }), training };
    await saveModel(this.file(name), ema?.model ?? model, all);
  }
}

function isResumable(file: string): boolean {
  try {
    return readCheckpoint(file).training !== undefined;
  } catch {
    return false;
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
