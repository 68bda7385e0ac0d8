import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { Dataset, generateShapes } from "@lookonce/data";
import { DetectionModel, modelFromCheckpoint, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { enterTestDevice, tinyModelYaml } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { ModelEMA } from "../model-ema.ts";
import type { RunInfo } from "../report/callbacks.ts";
import { makeRunDirectory } from "../run-directory.ts";
import { train } from "../train.ts";
import type { TrainOptions, TrainResult } from "../train-options.ts";

const place = mkdtempSync(join(tmpdir(), "anchors-"));
let data: Dataset;

beforeAll(async () => {
  await enterTestDevice();
  const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 8, val: 2, size: 64, seed: 1 });
  data = await Dataset.open({ yaml, split: "train" });
});

/** A small model of YOLOv5's head whose anchors fit nothing but single pixels. */
function pixelModel(): DetectionModel {
  const anchors = [
    [1, 1, 1, 2],
    [2, 2, 2, 3],
  ];
  const yaml = tinyModelYaml({ nc: data.names.length, layers: [8, 8, 16, 16], anchors });
  const parsed = parseModelConfig(yaml, { name: "pixels.yaml" });
  return new DetectionModel(parsed, { rng: new Random(0), names: data.names });
}

interface Ended extends TrainResult {
  started: RunInfo;
  model: DetectionModel;
}

async function run(more: Partial<TrainOptions>, model = pixelModel()): Promise<Ended> {
  let started: RunInfo | undefined;
  const watch = {
    onTrainStart(info: RunInfo) {
      started = info;
    },
  };
  const directory = more.resume === undefined ? { directory: makeRunDirectory({ project: place }) } : {};
  const { callbacks = [], ...rest } = more;
  const result = await train(model, {
    ...{ data, epochs: 6, imgsz: 64, batch: 4, workers: 0, ...directory, ...rest },
    callbacks: [watch, ...callbacks],
  });
  return { ...result, started: started as RunInfo, model };
}

describe("anchors of a training", () => {
  it("are fitted before it begins, and what it saves carries them", async () => {
    const { last, started, model } = await run({});
    expect(started.anchors).toMatchObject({ outcome: "fitted", recall: 1, before: { recall: 1 / 7 } });
    expect(started.anchors?.line).toContain("anchors/target");
    const checkpoint = readCheckpoint(last);
    const saved = modelFromCheckpoint(checkpoint, last);
    expect(saved.anchors).toEqual(model.anchors);
    expect(saved.anchors).not.toEqual(pixelModel().anchors);
    const config = checkpoint.config as { anchors: number[][] };
    expect(config.anchors).toEqual(started.anchors?.anchors.map((level) => level.flat()));
  });

  it("are left alone when it is switched off", async () => {
    const { started, model } = await run({ autoAnchor: false, epochs: 1 });
    expect(started.anchors).toBeUndefined();
    expect(model.anchors).toEqual(pixelModel().anchors);
  });

  it("stay the same when it is resumed, to the same weights", async () => {
    const whole = await run({});
    const stop = new AbortController();
    const callbacks = [{ onFitEpochEnd: () => stop.abort() }];
    const stopped = await run({ callbacks, signal: stop.signal });
    expect(stopped.interrupted).toBe(true);
    const resumed = await run({ resume: stopped.last }, modelFromCheckpoint(readCheckpoint(stopped.last), "last"));
    expect(resumed.started.anchors).toBeUndefined();
    expect(readCheckpoint(resumed.last).tensors).toEqual(readCheckpoint(whole.last).tensors);
    expect(resumed.losses).toEqual(whole.losses);
  });

  it("are not moved by averaging them with themselves", async () => {
    const model = pixelModel();
    model.setAnchors([[[3.1, 7.3], [11.7, 13.3]], [[17.9, 19.1], [23.3, 29.9]]]); // biome-ignore format: one line
    const ema = await ModelEMA.of(model);
    for (let update = 0; update < 100; update++) tf.tidy(() => ema.update(tf.scalar(0.37)));
    const anchorsOf = async (one: DetectionModel) => one.namedBuffers().get("model.4.anchors")?.data();
    expect((await anchorsOf(model))?.length).toBe(8);
    expect(await anchorsOf(ema.model)).toEqual(await anchorsOf(model));
    ema.dispose();
    model.dispose();
  });

  it("cannot be of another number than the recipe asks for", async () => {
    await expect(run({ recipe: { anchors: 3.4 } })).rejects.toThrow("asks for 3 anchors on each level, but the model");
    const { started } = await run({ recipe: { anchors: 2 }, epochs: 1 });
    expect(started.anchors?.outcome).toBe("fitted");
  });
});
