import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { readCheckpoint } from "@lookonce/checkpoint";
import { type BatchLoader, Dataset, generateShapes } from "@lookonce/data";
import { modelFromCheckpoint } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { Ranks } from "../ranks/ranks.ts";
import type { TrainCallbacks } from "../report/callbacks.ts";
import { makeRunDirectory } from "../run-directory.ts";
import { tinyModel } from "../test-tiny-model.ts";
import { train } from "../train.ts";
import { type EpochParts, trainEpoch } from "../train-epoch.ts";
import type { StepResult, TrainStep } from "../train-step.ts";
import { initialProgress } from "../training-state.ts";
import { UnreadableCounter } from "../unreadable-images.ts";

const place = mkdtempSync(join(tmpdir(), "mixed-"));
let data: Dataset;

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
  const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 6, val: 1, size: 64, seed: 1 });
  data = await Dataset.open({ yaml, split: "train" });
});

const options = (callbacks: TrainCallbacks[] = []) => ({
  ...{ data, epochs: 2, imgsz: 64, batch: 2, workers: 0, amp: true, recipe: { nbs: 2 }, callbacks },
});

describe("a training in mixed precision", () => {
  it("resumes with the scale it had, to the same weights as one that was never stopped", async () => {
    const model = tinyModel({ names: data.names });
    const whole = await train(model, { ...options(), directory: makeRunDirectory({ project: place }) });
    const directory = makeRunDirectory({ project: place });
    const crash: TrainCallbacks = {
      onTrainBatchEnd({ epoch, scaling }) {
        expect(scaling?.scale).toBe(65536);
        if (epoch === 1) throw new Error("crash");
      },
    };
    const other = tinyModel({ names: data.names });
    await expect(train(other, { ...options([crash]), directory })).rejects.toThrow("crash");
    const last = join(directory, "weights/last.safetensors");
    const { training } = readCheckpoint(last);
    expect([...(training?.tensors.get("scaler.scale")?.data ?? [])]).toEqual([65536]);
    expect([...(training?.tensors.get("scaler.good")?.data ?? [])]).toEqual([3]);
    const found = modelFromCheckpoint(readCheckpoint(last), last);
    const scales: unknown[] = [];
    const watch: TrainCallbacks = {
      onTrainBatchEnd({ scaling }) {
        scales.push(scaling);
      },
    };
    // Mixed precision is read from the file.
    const { amp: _, ...rest } = options([watch]);
    const resumed = await train(found, { ...rest, resume: last });
    expect(scales).toEqual(new Array(3).fill({ scale: 65536, skipped: false }));
    expect(readCheckpoint(resumed.last).tensors).toEqual(readCheckpoint(whole.last).tensors);
    for (const one of [model, other, found]) one.dispose();
  });
});

describe("an epoch in mixed precision", () => {
  /** Runs an epoch of one batch whose step returns these numbers. */
  const epochOf = (result: StepResult): Promise<unknown> => {
    const batches = async function* () {
      yield { count: 1, samples: [] };
    };
    const nothing = (): void => undefined;
    return trainEpoch({
      progress: initialProgress(),
      loader: { length: 1, batches, imagesIn: () => 1 } as unknown as BatchLoader,
      step: { optimizerSteps: 0, run: async () => result } as unknown as TrainStep,
      scheduler: { lrAt: () => ({ lr: {}, momentum: 0.9, accumulate: 1 }) } as unknown as EpochParts["scheduler"],
      model: { maxStride: 32 },
      settings: { imgsz: 32, seed: 0, multiScale: false },
      options: {},
      unreadable: new UnreadableCounter(1),
      ranks: new Ranks(),
      callbacks: { onTrainBatchStart: nothing, onTrainBatchEnd: nothing, onWarning: nothing },
    });
  };
  const numbers = { losses: { box: 1 }, total: 1, gradientNorm: Number.POSITIVE_INFINITY };

  it("tolerates an overflow of gradients, unless no smaller scale can help", async () => {
    const skipped = (scale: number) => ({ ...numbers, scaling: { scale, skipped: true } });
    await expect(epochOf(skipped(65536))).resolves.toMatchObject({ finished: true });
    await expect(epochOf(skipped(0.5))).rejects.toMatchObject({
      code: "NUMERIC",
      message: expect.stringMatching(/with amp off/),
    });
    await expect(epochOf(numbers)).rejects.toMatchObject({ code: "NUMERIC" });
    await expect(epochOf({ ...skipped(65536), total: Number.NaN })).rejects.toMatchObject({ code: "NUMERIC" });
  });
});
