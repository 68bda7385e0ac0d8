import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { currentBackend, type OnnxRuntimeBackend } from "@lookonce/backend-onnxruntime";
import { familySettings, makeRecipe } from "@lookonce/config";
import { padTargets } from "@lookonce/data";
import { createCriterion } from "@lookonce/families";
import type { TrainBatch } from "@lookonce/loss";
import { Random } from "@lookonce/random";
import { enterTestDevice } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { ModelEMA } from "./model-ema.ts";
import { makeOptimizer } from "./optimizer/make-optimizer.ts";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import { tinyModel } from "./test-tiny-model.ts";
import { TrainStep } from "./train-step.ts";

beforeAll(async () => {
  await enterTestDevice();
});

const side = 64;

/** Noise with up to 40 objects an image. */
function randomBatch(seed: number): TrainBatch {
  const rng = new Random(seed);
  const samples = [0, 1].map(() => {
    const count = rng.integer(0, 40);
    const corners = Array.from({ length: count }, () => {
      const [x, y] = [rng.uniform(0, side - 20), rng.uniform(0, side - 20)];
      return [x, y, x + rng.uniform(5, 20), y + rng.uniform(5, 20)];
    });
    const classes = Int32Array.from({ length: count }, () => rng.integer(0, 2));
    return { classes, boxes: Float32Array.from(corners.flat()) };
  });
  const images = Uint8Array.from({ length: 2 * side * side * 3 }, () => rng.integer(0, 256));
  return { images, count: 2, height: side, width: side, targets: padTargets(samples) };
}

describe("500 steps", () => {
  it.each(["v8", "v5"] as const)("keep memory flat, %s", async (family) => {
    const model = tinyModel({ family });
    const optimizer = makeOptimizer("SGD", groupParameters(model), { weightDecay: 5e-4 });
    const criterion = await createCriterion(model, { recipe: makeRecipe(familySettings[family]), imgsz: side });
    const ema = await ModelEMA.of(model);
    const step = new TrainStep(model, { criterion, optimizer, ema, clip: 10, accumulates: true });
    const settings = { lr: { bias: 0.001, weight: 0.001, norm: 0.001 }, momentum: 0.9 };
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    // The lowest of several: garbage that waits for its collection comes and goes by tens of megabytes
    let lowest = Number.POSITIVE_INFINITY;
    const run = async (i: number): Promise<void> => {
      const { total } = await step.run(randomBatch(i), { ...settings, optimizerStep: i % 2 === 1 });
      expect(Number.isFinite(total)).toBe(true);
      if (i % 10 !== 9) return;
      collectGarbage();
      lowest = Math.min(lowest, process.memoryUsage.rss());
    };
    // All padding sizes have come by then.
    for (let i = 0; i < 100; i++) await run(i);
    const { numTensors, numBytes } = tf.memory();
    const { compiled } = (currentBackend() as OnnxRuntimeBackend).statistics;
    lowest = Number.POSITIVE_INFINITY;
    for (let i = 100; i < 200; i++) await run(i);
    const before = lowest;
    for (let i = 200; i < 600; i++) await run(i);
    lowest = Number.POSITIVE_INFINITY;
    for (let i = 600; i < 700; i++) await run(i);
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
    expect((currentBackend() as OnnxRuntimeBackend).statistics.compiled).toBe(compiled);
    // One batch's images alone take 100 KB as numbers, and what a step computes many times that.
    expect(lowest - before).toBeLessThan(48 * 2 ** 20);
    for (const part of [step, optimizer, criterion, ema, model]) part.dispose();
  });
});
