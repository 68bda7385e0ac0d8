import { availableParallelism } from "node:os";
import type { StepInput } from "@lookonce/backend-onnxruntime";
import { familySettings } from "@lookonce/config";
import { imagesOf } from "@lookonce/data";
import { createCriterion } from "@lookonce/families";
import { ModelDetector } from "@lookonce/inference";
import { copyModel, fuse } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { askedTestDevice, enterTestDevice, expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { tinyModel } from "../test-tiny-model.ts";
import { createDetector, forwardDetector } from "./create-detector.ts";
import { ValidationLoss } from "./validation-loss.ts";

beforeAll(async () => {
  await enterTestDevice("cpu", { threads: availableParallelism() });
});

/** Two images of noise, with an object each. */
function noise(height = 64, width = 96) {
  const rng = new Random(5);
  const images = Uint8Array.from({ length: 2 * height * width * 3 }, () => rng.integer(0, 256));
  const labels = Int32Array.of(0, 0, 1, 0);
  const boxes = Float32Array.of(8, 8, 40, 48, 0, 0, 0, 0, 20, 10, 70, 60, 0, 0, 0, 0);
  const targets = { labels, boxes, mask: Float32Array.of(1, 0, 1, 0), maxTargets: 2 };
  return { images, count: 2, height, width, targets };
}

describe("detectors", () => {
  it.runIf(askedTestDevice === undefined || askedTestDevice === "cpu").each([
    ["in this thread", 2],
    ["in threads, for many images", 24],
  ])("agree, compiled %s or computed by tfjs, for sizes one after another", async (_, count) => {
    const model = tinyModel();
    const engine = await createDetector(model, { raw: true, images: count });
    expect(engine instanceof ModelDetector).toBe(count === 2 || availableParallelism() === 1);
    const forward = forwardDetector(await fuse(await copyModel(model)), { raw: true });
    for (const batch of [noise(), noise(96, 64), noise()]) {
      const ours = await engine.detect(imagesOf(batch), 0);
      expect(ours.raw?.map(({ shape }) => shape[0])).toEqual([2, 2]);
      const theirs = await forward.detect(imagesOf(batch), 0);
      expect([ours.predictions.length, ours.raw?.length]).toEqual([2, 2]);
      for (const [i, one] of [...ours.predictions, ...(ours.raw ?? [])].entries()) {
        const other = [...theirs.predictions, ...(theirs.raw ?? [])][i] as typeof one;
        expect(one.shape).toEqual(other.shape);
        expectClose(one.data, other.data, { abs: 2e-4, rel: 1e-5 });
      }
    }
    await Promise.all([engine.dispose(), forward.dispose()]);
    model.dispose();
  });
});

describe("ValidationLoss", () => {
  it("is the criterion's loss of the raw maps", async () => {
    const model = tinyModel().eval();
    const criterion = await createCriterion(model, { recipe: familySettings.v8.recipe, imgsz: 64 });
    const batch = noise();
    const detector = await createDetector(model, { raw: true, images: 2 });
    const { raw = [] } = await detector.detect(imagesOf(batch), 0);
    const losses = await new ValidationLoss(criterion).of(batch, raw);
    const images = tf.tensor4d(
      Float32Array.from(batch.images, (byte) => byte / 255),
      [2, 64, 96, 3],
    );
    const targets = Object.entries(criterion.inputs(batch) as Record<string, StepInput>).map(
      ([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)],
    );
    const { parts } = criterion.loss(model.forward(images).raw, Object.fromEntries(targets));
    const expected = await Promise.all(parts.map(async (part) => (await part.data())[0] as number));
    expect(Object.keys(losses)).toEqual(["box", "cls", "dfl"]);
    expectClose(Object.values(losses), expected, { abs: 1e-4, rel: 1e-4 });
    await detector.dispose();
  });
});
