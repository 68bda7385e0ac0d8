import { currentBackend, type OnnxRuntimeBackend } from "@lookonce/backend-onnxruntime";
import { padTargets } from "@lookonce/data";
import { ClassifyCriterion, type TrainBatch, V8Criterion } from "@lookonce/loss";
import { DetectionModel, parseModelConfig, stateDict } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { enterTestDevice, expectClose, recordsGraphs } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { emaDecay, ModelEMA } from "./model-ema.ts";
import { AdamW } from "./optimizer/adam.ts";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import { Sgd } from "./optimizer/sgd.ts";
import { tinyModel } from "./test-tiny-model.ts";
import { TrainStep } from "./train-step.ts";

beforeAll(async () => {
  await enterTestDevice();
});

/** Two noisy images with `objects` objects each. */
function randomBatch(seed: number, objects = 3): TrainBatch {
  const rng = new Random(seed);
  const side = 64;
  const images = Uint8Array.from({ length: 2 * side * side * 3 }, () => rng.integer(0, 256));
  const samples = [0, 1].map(() => ({
    classes: Int32Array.from({ length: objects }, () => rng.integer(0, 2)),
    boxes: boxesOf(rng, objects),
  }));
  return { images, count: 2, height: side, width: side, targets: padTargets(samples) };
}

function boxesOf(rng: Random, objects: number): Float32Array {
  const rows = Array.from({ length: objects }, () => {
    const [x, y] = [rng.uniform(0, 30), rng.uniform(0, 30)];
    return [x, y, x + rng.uniform(10, 30), y + rng.uniform(10, 30)];
  });
  return Float32Array.from(rows.flat());
}

const compiled = (): number => (currentBackend() as OnnxRuntimeBackend).statistics.compiled;

describe("TrainStep", () => {
  it.runIf(recordsGraphs)("is compiled once for batches of a padding size, and memory stays flat", async () => {
    const model = tinyModel();
    const optimizer = new Sgd(groupParameters(model), { weightDecay: 5e-4 });
    const ema = await ModelEMA.of(model);
    const step = new TrainStep(model, { criterion: new V8Criterion(model), optimizer, ema, clip: 10 });
    const before = { graphs: compiled(), tensors: tf.memory().numTensors, bytes: tf.memory().numBytes };
    for (let i = 0; i < 30; i++) {
      const rate = 0.01 / (i + 1);
      const lr = { bias: 0.1 - rate, weight: rate, norm: rate };
      await step.run(randomBatch(i, i % 9), { lr, momentum: 0.8 + i / 1000 });
      expect(tf.memory().numTensors).toBe(before.tensors);
      expect(tf.memory().numBytes).toBe(before.bytes);
    }
    expect(compiled() - before.graphs).toBe(1);
    await step.run(randomBatch(0, 20), { lr: { bias: 0, weight: 0, norm: 0 }, momentum: 0 });
    expect(compiled() - before.graphs).toBe(2);
    for (const part of [optimizer, ema, model]) part.dispose();
  });

  it.runIf(recordsGraphs)("draws dropout anew for each step, by one graph", async () => {
    const yaml = "nc: 2\nbackbone:\n  - [-1, 1, Conv, [8, 3, 2]]\nhead:\n  - [-1, 1, Classify, [nc]]\n";
    const model = new DetectionModel(parseModelConfig(yaml), { rng: new Random(1) });
    model.head.dropout = 0.5;
    const optimizer = new Sgd(groupParameters(model), { weightDecay: 0 });
    const step = new TrainStep(model, { criterion: new ClassifyCriterion(), optimizer });
    const loss = async (rng: Random | undefined): Promise<number> => {
      const lr = { bias: 0, weight: 0, norm: 0 };
      const settings = { lr, momentum: 0 };
      return (await step.run(randomBatch(1, 1), rng === undefined ? settings : { ...settings, rng })).total;
    };
    const one = await loss(new Random(1));
    const before = compiled();
    const [other, again] = [await loss(new Random(2)), await loss(new Random(1))];
    expect(other).not.toBe(one);
    expect(again).toBe(one);
    expect(compiled()).toBe(before);
    expect(await loss(undefined)).not.toBe(one);
    for (const part of [optimizer, model]) part.dispose();
  });

  it("learns a batch by heart", async () => {
    const model = tinyModel();
    const optimizer = new AdamW(groupParameters(model));
    const step = new TrainStep(model, { criterion: new V8Criterion(model), optimizer, clip: 10 });
    const settings = { lr: { bias: 0.005, weight: 0.005, norm: 0.005 }, momentum: 0.9 };
    const batch = randomBatch(1);
    const totals: number[] = [];
    for (let i = 0; i < 30; i++) {
      const { losses, total } = await step.run(batch, settings);
      totals.push(total);
      expect(total).toBeCloseTo(((losses.box as number) + (losses.cls as number) + (losses.dfl as number)) * 2, 3);
    }
    // At first no box overlaps its object, so little is lost; then more is, until the batch is known.
    expect(totals.at(-1)).toBeLessThan(0.5 * Math.max(...totals));
    for (const part of [optimizer, model]) part.dispose();
  });

  it.runIf(recordsGraphs).each(["the loss", "the update"])(
    "continues from the weights it had when %s fails while a step is recorded",
    async (part) => {
      const rates = { lr: { bias: 0.01, weight: 0.01, norm: 0.01 }, momentum: 0.9 };
      const train = async (fails: boolean): Promise<Map<string, { data: Float32Array | Int32Array }>> => {
        const model = tinyModel();
        const criterion = new V8Criterion(model);
        const optimizer = new Sgd(groupParameters(model));
        const ema = await ModelEMA.of(model);
        const step = new TrainStep(model, { criterion, optimizer, ema });
        if (fails) {
          const broken = vi.spyOn(
            ...((part === "the loss" ? [criterion, "loss"] : [ema, "update"]) as [ModelEMA, "update"]),
          );
          broken.mockImplementationOnce(() => {
            throw new Error("broken");
          });
          await expect(step.run(randomBatch(1), rates)).rejects.toThrow("broken");
          expect(step.optimizerSteps).toBe(0);
        }
        for (let i = 0; i < 2; i++) await step.run(randomBatch(i), rates);
        const state = await stateDict(model);
        for (const part of [optimizer, ema, model]) part.dispose();
        return state;
      };
      expect(await train(true)).toEqual(await train(false));
    },
  );

  it("averages weights and statistics as the formula says", async () => {
    const model = tinyModel();
    const optimizer = new Sgd(groupParameters(model));
    const ema = await ModelEMA.of(model, { decay: 0.9, tau: 2 });
    const step = new TrainStep(model, { criterion: new V8Criterion(model), optimizer, ema });
    const paths = ["model.0.conv.weight", "model.1.bn.running_mean"];
    const read = async () => {
      const state = await stateDict(model);
      return paths.map((path) => state.get(path)?.data as Float32Array);
    };
    const expected = (await read()).map((values) => Float64Array.from(values));
    for (let update = 1; update <= 3; update++) {
      await step.run(randomBatch(update), { lr: { bias: 0.01, weight: 0.01, norm: 0.01 }, momentum: 0.9 });
      const share = emaDecay(update, { decay: 0.9, tau: 2 });
      (await read()).forEach((values, i) => {
        const average = expected[i] as Float64Array;
        for (let j = 0; j < average.length; j++) {
          average[j] = share * (average[j] as number) + (1 - share) * (values[j] as number);
        }
      });
    }
    const averaged = await stateDict(ema.model);
    paths.forEach((path, i) => {
      expectClose(averaged.get(path)?.data as Float32Array, expected[i] as Float64Array, { abs: 1e-6 });
    });
    for (const part of [optimizer, ema, model]) part.dispose();
  });

  it("updates with the sum of several batches' gradients", async () => {
    const batches = [randomBatch(1), randomBatch(2)];
    const still = { lr: { bias: 0, weight: 0, norm: 0 }, momentum: 0 };
    const settings = { lr: { bias: 0.01, weight: 0.01, norm: 0.01 }, momentum: 0 };
    const path = "model.3.cv1.conv.weight";
    /** How far the weights move when these batches are learned from, the last one with the update. */
    const moved = async (accumulates: boolean, learned: TrainBatch[]): Promise<Float32Array> => {
      const model = tinyModel();
      const optimizer = new Sgd(groupParameters(model));
      const step = new TrainStep(model, { criterion: new V8Criterion(model), optimizer, accumulates });
      const before = (await stateDict(model)).get(path)?.data as Float32Array;
      for (const batch of learned.slice(0, -1)) await step.run(batch, { ...settings, optimizerStep: false });
      await step.run(learned.at(-1) as TrainBatch, settings);
      const after = (await stateDict(model)).get(path)?.data as Float32Array;
      // Nothing of the sum stays for the next update.
      for (const sum of step.accumulatedGrads.values())
        expect((await sum.data()).every((value) => value === 0)).toBe(true);
      await step.run(batches[0] as TrainBatch, still);
      expect(step.optimizerSteps).toBe(2);
      for (const part of [optimizer, model, step]) part.dispose();
      return after.map((value, i) => value - (before[i] as number));
    };
    const [first, second] = [await moved(false, batches.slice(0, 1)), await moved(false, batches.slice(1))];
    const both = await moved(true, batches);
    expectClose(
      both,
      first.map((value, i) => value + (second[i] as number)),
      { abs: 1e-6 },
    );
  });
});
