import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { hypPresets } from "@lookonce/config";
import { Dataset, generateShapes } from "@lookonce/data";
import { modelFromCheckpoint, stateDict } from "@lookonce/nn";
import { enterTestDevice } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { BatchInfo } from "./report/callbacks.ts";
import { makeRunDirectory } from "./run-directory.ts";
import { tinyModel } from "./test-tiny-model.ts";
import { train } from "./train.ts";
import type { TrainOptions } from "./train-options.ts";
import { validate } from "./validation/validator.ts";

const place = mkdtempSync(join(tmpdir(), "train-"));
let data: Dataset;
let valData: Dataset;

beforeAll(async () => {
  await enterTestDevice();
  const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 12, val: 4, size: 64, seed: 1 });
  data = await Dataset.open({ yaml, split: "train" });
  valData = await Dataset.open({ yaml, split: "val" });
});

function options(more: Partial<TrainOptions> = {}): TrainOptions {
  const directory = makeRunDirectory({ project: place, name: "exp" });
  return { data, valData, epochs: 2, imgsz: 64, batch: 4, workers: 0, directory, ...more };
}

describe("train", () => {
  it("trains, validates, calls back, and saves a model that can be read back", async () => {
    const model = tinyModel({ names: data.names });
    const events: string[] = [];
    const batches: BatchInfo[] = [];
    const result = await train(model, {
      ...options({ recipe: { ...hypPresets["v8-no-augmentation"], ema_decay: 0 } }),
      callbacks: [
        {
          onTrainStart: ({ iterations }) => void events.push(`start ${iterations}`),
          onTrainBatchEnd: (batch) => void batches.push(batch),
          onFitEpochEnd: ({ epoch, validation }) => void events.push(`epoch ${epoch} ${validation?.images}`),
          onTrainEnd: ({ interrupted }) => void events.push(`end ${interrupted}`),
        },
      ],
    });
    expect(events).toEqual(["start 3", "epoch 0 4", "epoch 1 4", "end false"]);
    expect(batches.map(({ epoch, iteration }) => `${epoch}.${iteration}`)).toEqual(
      "0.0 0.1 0.2 1.0 1.1 1.2".split(" "),
    );
    expect(batches.slice(0, 3).reduce((sum, { instances }) => sum + instances, 0)).toBe(data.report.instances);
    expect(result).toMatchObject({ epochs: 2, interrupted: false });
    expect(result.losses).toHaveLength(2);
    expect(result.losses[1]).toEqual(batches[5]?.mean);
    expect(readFileSync(join(result.directory, "results.csv"), "utf8").trimEnd().split("\n")).toHaveLength(3);
    expect(readdirSync(join(result.directory, "weights")).sort()).toEqual(["best.safetensors", "last.safetensors"]);

    const checkpoint = await readCheckpoint(result.last);
    expect(checkpoint.metadata).toMatchObject({ epoch: 1, imgsz: 64 });
    const again = modelFromCheckpoint(checkpoint, "last.safetensors");
    expect(again.names).toEqual(data.names);
    expect(await stateDict(again)).toEqual(await stateDict(model));
    const scores = await validate(again, valData, { imgsz: 64, batch: 4 });
    expect(scores.images).toBe(4);
    again.dispose();
    model.dispose();
  });

  it("is the same with the same seed, and frees what it made", async () => {
    const weights = async (seed: number): Promise<Float32Array> => {
      const model = tinyModel({ names: data.names });
      const before = tf.memory().numTensors;
      await train(model, options({ epochs: 1, seed, val: "never" }));
      expect(tf.memory().numTensors).toBe(before);
      const values = (await stateDict(model)).get("model.0.conv.weight")?.data as Float32Array;
      model.dispose();
      return values;
    };
    const first = await weights(3);
    expect(await weights(3)).toEqual(first);
    expect(await weights(4)).not.toEqual(first);
  });

  it("finishes the step and saves when it is stopped", async () => {
    const model = tinyModel({ names: data.names });
    const stop = new AbortController();
    const callbacks = [{ onTrainBatchEnd: ({ iteration }: BatchInfo) => (iteration === 1 ? stop.abort() : undefined) }];
    const result = await train(model, options({ callbacks, signal: stop.signal }));
    expect(result).toMatchObject({ epochs: 0, interrupted: true });
    expect(existsSync(result.last)).toBe(true);
    model.dispose();
  });

  it("stops with NUMERIC when the loss is not finite, and keeps what was saved", async () => {
    const model = tinyModel({ names: data.names });
    const spoil = {
      onFitEpochEnd: () =>
        tf.tidy(() => {
          const bias = model.namedParameters().get("model.0.bn.bias") as tf.Variable;
          bias.assign(tf.fill(bias.shape, Number.NaN));
        }),
    };
    const run = options({ callbacks: [spoil], val: "never" });
    await expect(train(model, run)).rejects.toMatchObject({
      code: "NUMERIC",
      message: expect.stringMatching(/epoch 2, batch 1.*after epoch 1 are intact/s),
    });
    const { tensors } = await readCheckpoint(join(run.directory as string, "weights/last.safetensors"));
    for (const { data: values } of tensors.values()) expect((values as Float32Array).every(Number.isFinite)).toBe(true);
    model.dispose();
  });

  it.each([
    [{ imgsz: 60 }, "ARGUMENT", /multiple of 16/],
    [{ batch: 0 }, "ARGUMENT", /batch must be/],
    [{ recipe: { lr: 1 } as object }, "ARGUMENT", /"lr"/],
  ])("refuses %o", async (bad, code, message) => {
    const model = tinyModel({ names: data.names });
    await expect(train(model, options(bad))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    model.dispose();
  });

  it("refuses a data set with another number of classes", async () => {
    const model = tinyModel({ nc: 2 });
    await expect(train(model, options())).rejects.toMatchObject({ code: "DATA" });
    await expect(validate(model, valData, { imgsz: 64 })).rejects.toMatchObject({ code: "DATA" });
    model.dispose();
  });
});

describe("makeRunDirectory", () => {
  it("numbers folders and never hands one out twice", () => {
    const project = mkdtempSync(join(tmpdir(), "runs-"));
    const names = [1, 2, 3].map(() => makeRunDirectory({ project, name: "fit" }));
    expect(names).toEqual(["fit", "fit2", "fit3"].map((name) => join(project, name)));
  });
});
