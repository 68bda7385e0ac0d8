// What train-in-browser.slow.test.ts does in a worker of a page and, to compare with, in Node.

import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset } from "@lookonce/data";
import { setDevice } from "@lookonce/device";
import {
  createHash,
  dirname,
  flushFiles,
  join,
  mkdirSync,
  mountFiles,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "@lookonce/files";
import { DetectionModel, modelFromCheckpoint, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { tensorboardLogger } from "./report/tensorboard-logger.ts";
import { train } from "./train.ts";
import type { TrainSettings } from "./train-options.ts";

export async function start(device: "cpu" | "webgpu", options: Parameters<typeof setDevice>[1] = {}): Promise<void> {
  await mountFiles();
  await setDevice(device, options);
}

/** Stores files, encoded as base 64, by their paths. */
export async function store(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(
      path,
      Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0)),
    );
  }
  await flushFiles();
}

/** A training of {@link run}. */
export interface Run extends TrainSettings {
  /** The data set's file, and the run's folder. */
  yaml: string;
  directory: string;
  /** Of a new training: the model's file, as text. */
  modelFile?: string;
  /** Number of the batch, over all epochs, at which it stands still for ever. */
  standsStillAt?: number;
}

let batches = 0;

/** How many batches were trained on in this page. */
export function trained(): number {
  return batches;
}

/** Trains a new model, or continues what is in the folder. Returns the loss of each batch. */
export async function run({ yaml, directory, modelFile, standsStillAt, ...settings }: Run): Promise<number[]> {
  const [data, valData] = [await Dataset.open({ yaml, split: "train" }), await Dataset.open({ yaml, split: "val" })];
  const { names } = data;
  const last = join(directory, "weights/last.safetensors");
  const model =
    modelFile === undefined
      ? modelFromCheckpoint(readCheckpoint(last), last)
      : new DetectionModel(parseModelConfig(modelFile, { name: "tiny.yaml" }), { rng: new Random(0), names });
  const losses: number[] = [];
  const onTrainBatchEnd = async ({ total }: { total: number }): Promise<void> => {
    losses.push(total);
    batches++;
    if (batches === standsStillAt) await new Promise(() => {});
  };
  const callbacks = [tensorboardLogger({ names }), { onTrainBatchEnd }];
  const resumed = modelFile === undefined ? { resume: last } : { directory };
  try {
    await train(model, { ...settings, ...resumed, data, valData, workers: 0, callbacks });
    return losses;
  } finally {
    model.dispose();
  }
}

/** Names and, of weights, digests of the files of a run. */
export function left(directory: string): Record<string, string> {
  const files = (readdirSync(directory, { recursive: true }) as string[]).filter((name) => name.includes(".")).sort();
  const digest = (name: string): string =>
    createHash("sha256")
      .update(readFileSync(join(directory, name)))
      .digest("hex");
  return Object.fromEntries(
    files.map((name) => [name.replace(/tfevents.*/, "tfevents"), name.endsWith(".safetensors") ? digest(name) : ""]),
  );
}
