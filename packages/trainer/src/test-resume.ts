import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset, generateShapes } from "@lookonce/data";
import { modelFromCheckpoint } from "@lookonce/nn";
import { enterTestDevice } from "@lookonce/testing";
import { expect } from "vitest";
import type { TrainCallbacks } from "./report/callbacks.ts";
import { makeRunDirectory } from "./run-directory.ts";
import { type TinyModelOptions, tinyModel } from "./test-tiny-model.ts";
import { train } from "./train.ts";
import type { TrainOptions, TrainResult } from "./train-options.ts";

/** A folder of the tests' own. */
export const place: string = mkdtempSync(join(tmpdir(), "resume-"));

export let data: Dataset;
let valData: Dataset;

/** Enters the tests' device and draws the data sets that {@link run} trains on. */
export async function prepareRuns(): Promise<void> {
  await enterTestDevice();
  const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 12, val: 4, size: 64, seed: 1 });
  data = await Dataset.open({ yaml, split: "train" });
  valData = await Dataset.open({ yaml, split: "val" });
}

export type RunOptions = Partial<TrainOptions> & { family?: TinyModelOptions["family"] };

export async function run(more: RunOptions, weights?: string): Promise<TrainResult> {
  const { family = "v8" } = more;
  const model =
    weights === undefined ? tinyModel({ names: data.names, family }) : modelFromCheckpoint(readCheckpoint(weights), "");
  const directory = weights === undefined ? makeRunDirectory({ project: place, name: "exp" }) : undefined;
  try {
    return await train(model, {
      ...{ data, valData, epochs: 3, imgsz: 64, batch: 2, workers: 0 },
      ...(directory === undefined ? {} : { directory }),
      ...more,
    });
  } finally {
    model.dispose();
  }
}

/** Weights and scores, by file; times differ from run to run. */
export function left({ directory }: TrainResult): unknown {
  const files = ["last", "best"].map((name) => readCheckpoint(join(directory, `weights/${name}.safetensors`)));
  const rows = readFileSync(join(directory, "results.csv"), "utf8").split("\n");
  return { files, rows: rows.map((row) => row.split(",").toSpliced(1, 1)) };
}

/** Throws after the given batch of an epoch, as a crash would. */
export function crash(epoch: number, iteration: number): TrainCallbacks {
  return {
    onTrainBatchEnd(batch) {
      if (batch.epoch === epoch && batch.iteration === iteration) throw new Error("crash");
    },
  };
}

/** Trains by a recipe, stops, is killed and resumed, and expects what a training that never stopped leaves. */
export async function expectSameWhenResumed({
  family = "v8",
  ...recipe
}: NonNullable<TrainOptions["recipe"]> & Pick<RunOptions, "family">): Promise<void> {
  const whole = await run({ recipe, family });
  const stop = new AbortController();
  const directory = makeRunDirectory({ project: place, name: "exp" });
  const callbacks = [
    { onTrainBatchEnd: ({ iteration }: { iteration: number }) => void (iteration === 3 && stop.abort()) },
  ];
  const stopped = await run({ recipe, family, directory, callbacks, signal: stop.signal });
  expect(stopped).toMatchObject({ interrupted: true, epochs: 0 });
  // A second one ends as if it were killed, in the middle of the last epoch.
  await expect(run({ resume: stopped.last, callbacks: [crash(2, 4)] }, stopped.last)).rejects.toThrow("crash");
  const finished = await run({ resume: stopped.last }, stopped.last);
  expect(finished.directory).toBe(directory);
  expect(finished.losses).toEqual(whole.losses);
  expect(finished.validation?.map50).toBe(whole.validation?.map50);
  expect(left(finished)).toEqual(left(whole));
}
