import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset, generateShapes } from "@lookonce/data";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import type { RunInfo } from "../report/callbacks.ts";
import { plainProgress } from "../report/progress.ts";
import { makeRunDirectory } from "../run-directory.ts";
import { tinyModel } from "../test-tiny-model.ts";
import { train } from "../train.ts";

const place = mkdtempSync(join(tmpdir(), "auto-batch-"));
let data: Dataset;

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
  const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 5, val: 1, size: 64, seed: 1 });
  data = await Dataset.open({ yaml, split: "train" });
});

describe("a training with batch -1", () => {
  it("finds its batch, says so in one line, and learns the same as one that names that batch", async () => {
    let started: RunInfo | undefined;
    const lines: string[] = [];
    const watch = {
      onTrainStart(info: RunInfo) {
        started = info;
      },
    };
    const run = async (batch: number) => {
      const model = tinyModel({ names: data.names });
      const callbacks = [watch, plainProgress({ write: (text) => lines.push(text) })];
      const directory = makeRunDirectory({ project: place });
      const { last } = await train(model, { data, batch, epochs: 1, imgsz: 64, workers: 0, directory, callbacks });
      model.dispose();
      return readCheckpoint(last).tensors;
    };
    const found = await run(-1);
    // Five images fit, and five are there: an even number.
    expect(started?.batch).toBe(4);
    expect(lines[0]).toBe(`${started?.autoBatch?.line}\n`);
    expect(lines[0]).toMatch(/^batch 4 fits into /);
    expect(found).toEqual(await run(4));
    expect(started?.autoBatch).toBeUndefined();
  });

  it.each([0, -2, 1.5])("refuses a batch of %d", async (batch) => {
    const model = tinyModel({ names: data.names });
    await expect(train(model, { data, batch, directory: place })).rejects.toThrow(
      `batch must be a whole number of at least 1, or -1 for the largest that fits, not ${batch}.`,
    );
    model.dispose();
  });
});
