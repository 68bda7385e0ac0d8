import { setDevice } from "@lookonce/device";
import { V8Criterion } from "@lookonce/loss";
import { DetectionModel, readModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { expect, it } from "vitest";
import { noiseBatch } from "./auto-batch/auto-batch.ts";
import { makeOptimizer } from "./optimizer/make-optimizer.ts";
import { groupParameters } from "./optimizer/parameter-groups.ts";
import { TrainStep } from "./train-step.ts";

it("six kinds of steps, of three numbers of targets each, need the memory of one", async () => {
  await setDevice("cpu", { threads: 2 });
  const rng = new Random(0);
  const model = new DetectionModel(await readModelConfig("yolov8n.yaml"), { rng });
  const optimizer = makeOptimizer("SGD", groupParameters(model), { weightDecay: 5e-4 });
  const step = new TrainStep(model, { criterion: new V8Criterion(model), optimizer, accumulates: true });
  const settings = { lr: { bias: 1e-3, weight: 1e-3, norm: 1e-3 }, momentum: 0.9 };
  const run = async (objects: number, optimizerStep: boolean): Promise<number> => {
    await step.run(noiseBatch({ rng, count: 4, imgsz: 320, nc: 80, objects }), { ...settings, optimizerStep });
    return process.memoryUsage.rss();
  };
  const before = process.memoryUsage.rss();
  // The most targets first: they need the most memory.
  const largest = (await run(256, true)) - before;
  let last = 0;
  for (const optimizerStep of [false, true, false]) {
    for (const objects of [16, 64, 256]) last = (await run(objects, optimizerStep)) - before;
  }
  console.info(`one kind of step: ${(largest / 1e6).toFixed(0)} MB, six: ${(last / 1e6).toFixed(0)} MB`);
  // A graph without contents occupies some 40 to 70 MB.
  expect(last).toBeLessThan(3 * largest);
});
