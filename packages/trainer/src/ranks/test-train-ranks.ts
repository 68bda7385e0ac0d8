import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset, generateShapes } from "@lookonce/data";
import { modelFromCheckpoint } from "@lookonce/nn";
import { enterTestDevice } from "@lookonce/testing";
import { makeRunDirectory } from "../run-directory.ts";
import { type TinyModelOptions, tinyModel } from "../test-tiny-model.ts";
import { train } from "../train.ts";
import type { TrainOptions, TrainResult } from "../train-options.ts";
import { inRanks, type Outcome } from "./test-ranks.ts";

/** A folder of the tests' own. */
export const place: string = mkdtempSync(join(tmpdir(), "ranks-"));

export let data: Dataset;
export let valData: Dataset;

/** Enters the tests' device and draws the data sets that {@link trainRanks} trains on. */
export async function prepareRanks({ train, val = 4 }: { train: number; val?: number }): Promise<void> {
  await enterTestDevice();
  const { yaml } = await generateShapes({ directory: join(place, "shapes"), train, val, size: 64, seed: 1 });
  data = await Dataset.open({ yaml, split: "train" });
  valData = await Dataset.open({ yaml, split: "val" });
}

export type RankRun = Partial<TrainOptions> & { model?: TinyModelOptions };

/** Trains a tiny model on as many ranks of this process, in one folder. @param optionsOf of each rank */
export async function trainRanks(
  size: number,
  options: RankRun,
  optionsOf: (rank: number) => RankRun = () => ({}),
): Promise<Outcome<TrainResult>[]> {
  const directory = options.resume === undefined ? makeRunDirectory({ project: place, name: "exp" }) : undefined;
  return inRanks(size, async (communicator) => {
    const { model: form, ...more } = { ...options, ...optionsOf(communicator.rank) };
    const model =
      more.resume === undefined
        ? tinyModel({ names: data.names, layers: [8, 16, 16, 16], ...form })
        : modelFromCheckpoint(readCheckpoint(more.resume), more.resume);
    try {
      return await train(model, {
        ...{ data, valData, epochs: 2, imgsz: 64, batch: 4, workers: 0, communicator },
        ...(directory !== undefined && { directory }),
        ...more,
      });
    } finally {
      model.dispose();
    }
  });
}

/** The largest difference of two checkpoints' weights, relative to the largest weight of each tensor. */
export function weightDifference(one: string, other: string): number {
  const [left, right] = [readCheckpoint(one).tensors, readCheckpoint(other).tensors];
  let largest = 0;
  for (const [name, { data: values }] of left) {
    const others = right.get(name)?.data as Float32Array;
    const scale = (values as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    for (const [i, value] of (values as Float32Array).entries()) {
      largest = Math.max(largest, Math.abs(value - (others[i] as number)) / scale);
    }
  }
  return largest;
}
