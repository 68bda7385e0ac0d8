import { makeRecipe } from "@lookonce/config";
import { setDevice } from "@lookonce/device";
import { createCriterion, familyOf } from "@lookonce/families";
import { DetectionModel, loadStateDict, readModelConfig, stateDict } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { askedTestDevice, expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { noiseBatch } from "./auto-batch/auto-batch.ts";
import { ModelEMA } from "./model-ema.ts";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import { Sgd } from "./optimizer/sgd.ts";
import { TrainStep } from "./train-step.ts";

type Weights = Awaited<ReturnType<typeof stateDict>>;

interface Outcome {
  /** What the network says of an image in inference mode. */
  decoded: Float32Array;
  /** Losses and gradient norm of each step. */
  steps: number[][];
  weights: Weights;
  averages: Weights;
}

const imgsz = 64;
const steps = 3;

/** A model's whole way on the current device: forward, then steps of loss, gradient, update and average. */
async function train(name: string, start?: Weights): Promise<Outcome> {
  const model = new DetectionModel(readModelConfig(name, { nc: 3 }), { rng: new Random(7) });
  if (start !== undefined) loadStateDict(model, start);
  const recipe = makeRecipe(familyOf(model.family), {});
  const batch = noiseBatch({ count: 2, imgsz, objects: 3, nc: 3, rng: new Random(1) });
  const pixels = Float32Array.from(batch.images.subarray(0, imgsz * imgsz * 3), (byte) => byte / 255);
  model.eval();
  const output = tf.tidy(() => model.forward(tf.tensor4d(pixels, [1, imgsz, imgsz, 3])).decoded as tf.Tensor3D);
  const decoded = (await output.data()) as Float32Array;
  const optimizer = new Sgd(groupParameters(model), { weightDecay: recipe.weight_decay });
  const ema = await ModelEMA.of(model);
  const criterion = await createCriterion(model, { recipe, imgsz });
  const step = new TrainStep(model, { criterion, optimizer, ema, clip: 10 });
  const numbers: number[][] = [];
  for (let i = 0; i < steps; i++) {
    const settings = { lr: { bias: 1e-4, weight: 1e-4, norm: 1e-4 }, momentum: 0.9 };
    const { losses, gradientNorm } = await step.run(batch, settings);
    numbers.push([...Object.values(losses), gradientNorm]);
  }
  const outcome = { decoded, steps: numbers, weights: await stateDict(model), averages: await stateDict(ema.model) };
  for (const part of [step, criterion, optimizer, ema, model, output]) part.dispose();
  return outcome;
}

function expectWeights(ours: Weights, expected: Weights, abs: number): void {
  for (const [path, { data }] of expected) {
    expectClose((ours.get(path) as { data: Float32Array }).data, data as Float32Array, { abs, rel: 1e-3 });
  }
}

/** Asked for by `LOOKONCE_TEST_DEVICE`; there is nothing to compare the processor with. */
describe.runIf(askedTestDevice !== undefined && askedTestDevice !== "cpu")(`training on ${askedTestDevice}`, () => {
  it.each(["yolov8n.yaml", "yolov5n.yaml"])("of %s computes what the cpu does", async (name) => {
    await setDevice("cpu");
    const seed = new DetectionModel(readModelConfig(name, { nc: 3 }), { rng: new Random(7) });
    const start = await stateDict(seed);
    seed.dispose();
    const expected = await train(name, start);
    await setDevice(askedTestDevice as string);
    const ours = await train(name, start);
    expectClose(ours.decoded, expected.decoded, { abs: 1e-3, rel: 1e-4 });
    for (const [i, row] of expected.steps.entries())
      expectClose(ours.steps[i] as number[], row, { abs: 1e-3, rel: 1e-3 });
    expectWeights(ours.weights, expected.weights, 1e-4);
    expectWeights(ours.averages, expected.averages, 1e-4);
    expect(expected.steps.flat().every(Number.isFinite)).toBe(true);
  });
});
