import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { familySettings } from "@lookonce/config";
import { Dataset, generateShapes } from "@lookonce/data";
import { readImage } from "@lookonce/image";
import { enterTestDevice } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyModel } from "../test-tiny-model.ts";
import { train } from "../train.ts";
import { drawnIterations, plotLogger } from "./plot-logger.ts";

const place = mkdtempSync(join(tmpdir(), "plots-"));
let data: Dataset;
let valData: Dataset;

beforeAll(async () => {
  await enterTestDevice();
  const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 4, val: 3, size: 64, seed: 1 });
  data = await Dataset.open({ yaml, split: "train" });
  valData = await Dataset.open({ yaml, split: "val" });
});

afterAll(() => rmSync(place, { recursive: true }));

describe("a training with plots", () => {
  it("leaves images of labels, batches, results and the best weights' validation", async () => {
    const model = tinyModel({ names: data.names });
    const directory = join(place, "run");
    mkdirSync(directory);
    const order: string[] = [];
    const { validation } = await train(model, {
      ...{ data, valData, epochs: 2, imgsz: 64, batch: 2, workers: 0, directory, plots: true },
      recipe: { close_mosaic: 1 },
      callbacks: [
        {
          onFitEpochEnd: ({ epoch }) => void order.push(`epoch ${epoch}`),
          onValBatchEnd: ({ done }) => void (done === 0 && order.push("val")),
          onTrainEnd: () => void order.push("end"),
        },
      ],
    });
    // The last validation is of the best weights.
    expect(order.slice(-3)).toEqual(["epoch 1", "val", "end"]);
    expect(validation?.images).toBe(3);
    const images = readdirSync(directory).filter((file) => /\.(png|jpg)$/.test(file));
    expect(images.sort()).toEqual(
      [
        ...["F1", "P", "PR", "R"].map((curve) => `Box${curve}_curve.png`),
        ...["confusion_matrix.png", "confusion_matrix_normalized.png", "labels.png", "results.png"],
        // Two batches an epoch: 0 to 2 come first, 2 and 3 are without mosaics.
        ...[0, 1, 2, 3].map((number) => `train_batch${number}.jpg`),
        ...[0, 1].flatMap((number) => [`val_batch${number}_labels.jpg`, `val_batch${number}_pred.jpg`]),
      ].sort(),
    );
    for (const file of images) {
      const { width, height, data: pixels } = await readImage(join(directory, file));
      expect(Math.min(width, height)).toBeGreaterThan(100);
      expect(new Set(pixels).size).toBeGreaterThan(8);
    }
    model.dispose();
  });
});

describe("plotLogger", () => {
  const run = {
    ...{ family: "v8", task: "detect", epochs: 2, iterations: 2, batch: 2, imgsz: 64, firstEpoch: 0, args: {} },
    recipe: familySettings.v8.recipe,
  };

  it("reports what it cannot draw, and the training continues", async () => {
    const directory = join(place, "taken");
    mkdirSync(join(directory, "labels.png"), { recursive: true });
    const notices: string[] = [];
    const plots = plotLogger({ data, onNotice: (line) => notices.push(line) });
    await plots.onTrainStart?.({ ...run, directory });
    expect(notices).toEqual([expect.stringMatching(/labels\.png is missing: /)]);
  });

  it("draws no places and sizes of labels that are whole images", async () => {
    const directory = join(place, "classes");
    mkdirSync(directory);
    const entries = data.entries.map((entry) => ({
      ...entry,
      classes: Int32Array.of(0),
      boxes: Float32Array.of(0.5, 0.5, 1, 1),
    }));
    await plotLogger({ data: { entries, names: data.names } }).onTrainStart?.({ ...run, directory });
    expect(readdirSync(directory)).toEqual([]);
  });

  it("does not redraw the labels when a training is resumed, and draws nothing without measurements", async () => {
    const directory = join(place, "resumed");
    mkdirSync(directory);
    const plots = plotLogger({ data });
    await plots.onTrainStart?.({ ...run, directory, firstEpoch: 1 });
    await plots.onTrainEnd?.({ directory, seconds: 1, interrupted: false });
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("drawnIterations", () => {
  it.each([
    [10, 0, [0, 1, 2]],
    [10, 10, [0, 1, 2]],
    [10, 4, [0, 1, 2, 30, 31, 32]],
  ])("of %i epochs of which %i are without mosaics", (epochs, closeMosaic, expected) => {
    const recipe = { ...familySettings.v8.recipe, close_mosaic: closeMosaic };
    expect([...drawnIterations({ epochs, iterations: 5, recipe })]).toEqual(expected);
  });
});
