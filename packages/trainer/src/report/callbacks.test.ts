import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Dataset, generateShapes } from "@lookonce/data";
import { enterTestDevice } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { tinyModel } from "../test-tiny-model.ts";
import { train } from "../train.ts";
import { allCallbacks, type TrainCallbacks } from "./callbacks.ts";

/** A callback for every moment that writes down what happened. */
function recorder(events: string[]): Required<TrainCallbacks> {
  return {
    onTrainStart: () => void events.push("train start"),
    onTrainEpochStart: ({ epoch }) => void events.push(`epoch ${epoch} start`),
    onTrainBatchStart: ({ iteration }) => void events.push(`batch ${iteration} start`),
    onTrainBatchEnd: ({ iteration }) => void events.push(`batch ${iteration} end`),
    onTrainEpochEnd: ({ epoch }) => void events.push(`train epoch ${epoch} end`),
    onValBatchEnd: ({ done, batches }) => void events.push(`val ${done}/${batches}`),
    onFitEpochEnd: ({ epoch }) => void events.push(`fit epoch ${epoch} end`),
    onWarning: ({ message }) => void events.push(`warning ${message}`),
    onModelSave: ({ file }) => void events.push(`save ${basename(file)}`),
    onTrainEnd: () => void events.push("train end"),
  };
}

describe("callbacks of a training", () => {
  it("come in the order of what happens", async () => {
    await enterTestDevice();
    const place = mkdtempSync(join(tmpdir(), "callbacks-"));
    const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 2, val: 1, size: 64 });
    const data = await Dataset.open({ yaml, split: "train" });
    const valData = await Dataset.open({ yaml, split: "val" });
    const events: string[] = [];
    const model = tinyModel({ names: data.names });
    const directory = join(place, "run");
    await train(model, {
      ...{ data, valData, epochs: 1, imgsz: 64, batch: 1, workers: 0, directory },
      callbacks: [recorder(events)],
    });
    expect(events).toEqual([
      ...["train start", "epoch 0 start", "batch 0 start", "batch 0 end", "batch 1 start", "batch 1 end"],
      ...["train epoch 0 end", "val 0/1", "val 1/1", "save best.safetensors", "fit epoch 0 end"],
      ...["save last.safetensors", "train end"],
    ]);
    model.dispose();
    rmSync(place, { recursive: true });
  });
});

describe("allCallbacks", () => {
  it("waits for one before it calls the next", async () => {
    const events: string[] = [];
    const slow: TrainCallbacks = {
      async onTrainEpochStart() {
        await new Promise((resolve) => setTimeout(resolve, 5));
        events.push("slow");
      },
    };
    const quick: TrainCallbacks = { onTrainEpochStart: () => void events.push("quick") };
    await allCallbacks([slow, {}, quick]).onTrainEpochStart({ epoch: 0 });
    expect(events).toEqual(["slow", "quick"]);
  });
});
