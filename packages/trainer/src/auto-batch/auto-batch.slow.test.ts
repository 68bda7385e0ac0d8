import { currentBackend, registerOnnxRuntime } from "@lookonce/backend-onnxruntime";
import { readCheckpoint } from "@lookonce/checkpoint";
import { familySettings, makeRecipe } from "@lookonce/config";
import { modelFromCheckpoint } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { describeShared, sharedPath } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, it } from "vitest";
import { createParts } from "../training-parts.ts";
import { autoBatch, noiseBatch } from "./auto-batch.ts";
import { fitLine } from "./largest-batch.ts";
import { hostMemory } from "./memory-meter.ts";

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

describeShared("the largest batch of YOLOv8n", ["weights/yolov8n.pt"], () => {
  it("is found by lines that also fit a larger batch than was tried", { timeout: 300_000 }, async () => {
    const file = sharedPath("weights/yolov8n.pt");
    const model = modelFromCheckpoint(readCheckpoint(file), file);
    const { measured } = await autoBatch(model, { imgsz: 320, objects: 16 });
    const { start, slope } = fitLine(measured.map(({ batch, update }) => [batch, update]));
    const recipe = { ...makeRecipe(familySettings.v8), optimizer: "AdamW" } as const;
    const settings = { recipe, batch: 64, nbs: 64, imgsz: 320, freeze: 0, amp: false };
    const { step, optimizer, criterion, ema } = await createParts(model, settings);
    const batch = 4 * (measured.at(-1)?.batch ?? 1);
    const images = noiseBatch({ count: batch, imgsz: 320, objects: 16, nc: model.nc, rng: new Random(1) });
    const before = await hostMemory.used();
    await step.run(images, { lr: { bias: 0, weight: 0, norm: 0 }, momentum: 0 });
    const taken = (await hostMemory.used()) - before;
    expect(Math.abs(taken / (start + slope * batch) - 1)).toBeLessThan(0.2);
    for (const part of [step, optimizer, criterion, ema, model]) part?.dispose();
    await currentBackend()?.freeGraphs();
  });
});
