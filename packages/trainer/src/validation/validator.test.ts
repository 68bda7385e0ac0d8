import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { familySettings, makeRecipe } from "@lookonce/config";
import { Dataset, generateShapes } from "@lookonce/data";
import { createCriterion } from "@lookonce/families";
import { enterTestDevice, expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tinyModel } from "../test-tiny-model.ts";
import type { ValidatedBatch } from "./validation-callbacks.ts";
import { decodeValidationPart, encodeValidationPart, type ValidationPart } from "./validation-part.ts";
import { Validator, validate } from "./validator.ts";

const place = mkdtempSync(join(tmpdir(), "validator-"));
let data: Dataset;

beforeAll(async () => {
  await enterTestDevice();
  const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 1, val: 5, size: 64, seed: 1 });
  data = await Dataset.open({ yaml, split: "val" });
});

afterAll(() => rmSync(place, { recursive: true }));

const form = { imgsz: 64, batch: 2, workers: 0 };

describe("Validator", () => {
  it.each([
    { family: "v8", ratio: 4 },
    { family: "v5", ratio: 1 },
  ] as const)(
    "compares masks of the size that $family has, where no training says otherwise",
    async ({ family, ratio }) => {
      const directory = join(place, `masks-${family}`);
      const { yaml } = await generateShapes({ directory, train: 1, val: 1, size: 64, seed: 1, labels: "polygons" });
      const outlined = await Dataset.open({ yaml, split: "val", labels: "polygons" });
      const model = tinyModel({ names: outlined.names, family });
      const ratios: number[] = [];
      await validate(model, outlined, {
        ...form,
        callbacks: [
          { onValBatch: ({ batch }) => void ratios.push(batch.width / (batch.samples[0]?.masks?.width ?? 0)) },
        ],
      });
      expect(ratios).toEqual([ratio]);
      model.dispose();
    },
  );

  it("merges parts of its batches to the same bits", async () => {
    const model = tinyModel({ names: data.names });
    const validator = new Validator(data, model, { ...form, conf: 0 });
    const { speed: _, ...whole } = await validator.run(model);
    const parts: ValidationPart[] = [];
    for (const [from, to] of [
      [0, 1],
      [1, 1],
      [1, 3],
    ] as const) {
      // biome-ignore format: one line
      const part = await validator.runPart(model, { from, to });
      parts.push(decodeValidationPart(encodeValidationPart({ ...part, unreadable: [[`${from}.png`, "gone"]] })));
    }
    const { speed, unreadable, ...merged } = validator.merge(parts);
    expect(merged).toEqual(whole);
    expect(merged.images).toBe(5);
    expect(speed.inference).toBeGreaterThan(0);
    expect(unreadable).toEqual({ count: 2, paths: ["0.png", "1.png"], reason: "gone" });
    await expect(validator.runPart(model, { from: 2, to: 4 })).rejects.toThrow(
      "must be a batch's number, 2 to 3, not 4",
    );
    await validator.dispose();
    model.dispose();
  });

  it("reports its start, every batch with what was found, and its end", async () => {
    const model = tinyModel({ names: data.names });
    const reports: string[] = [];
    const batches: ValidatedBatch[] = [];
    const result = await validate(model, data, {
      ...{ ...form, conf: 0 },
      callbacks: [
        {
          onValStart: ({ batches: count, names }) => void reports.push(`start ${count} ${names.length}`),
          onValBatch(batch) {
            reports.push(`batch ${batch.number}`);
            batches.push(batch);
          },
          onValEnd: ({ images }) => void reports.push(`end ${images}`),
        },
      ],
      onProgress: ({ done }) => void reports.push(`done ${done}`),
    });
    expect(reports).toEqual("start 3 5,done 0,batch 0,done 1,batch 1,done 2,batch 2,done 3,end 5".split(","));
    expect(batches.map(({ found }) => found.length)).toEqual([2, 2, 1]);
    for (const { found, inFiles, batch } of batches) {
      const { ratio, padding, originalWidth } = batch.samples[0] as (typeof batch.samples)[0];
      const [x] = found[0]?.boxes ?? [];
      const expected = ((x as number) - padding[0]) / ratio[1];
      expect(inFiles[0]?.boxes[0]).toBeCloseTo(Math.min(Math.max(expected, 0), originalWidth), 3);
    }
    expect(result.curves.map(({ name }) => name)).toEqual(result.perClass.map(({ name }) => name));
    expect(result).not.toHaveProperty("losses");
    model.dispose();
  });

  it("returns equal results again and again, with threads or without, and frees what it made", async () => {
    const model = tinyModel({ names: data.names });
    const criterion = await createCriterion(model, { recipe: makeRecipe(familySettings.v8), imgsz: 64 });
    const tensors = tf.memory().numTensors;
    const validator = new Validator(data, model, { ...form, criterion });
    const { speed: _, ...first } = await validator.run(model);
    const { speed: __, ...second } = await validator.run(model);
    await validator.dispose();
    expect(second).toEqual(first);
    expect(tf.memory().numTensors).toBe(tensors);
    const { losses, ...scores } = first;
    const { speed: ___, ...threaded } = await validate(model, data, { ...form, workers: 1 });
    expect(threaded).toEqual(scores);
    model.dispose();
  });

  it("measures losses as means over batches", async () => {
    const model = tinyModel({ names: data.names });
    const criterion = await createCriterion(model, { recipe: makeRecipe(familySettings.v8), imgsz: 64 });
    const lossesOf = async (dataset: Dataset, batch: number): Promise<number[]> => {
      const validator = new Validator(dataset, model, { ...form, batch, criterion });
      const { losses = {} } = await validator.run(model);
      await validator.dispose();
      expect(Object.keys(losses)).toEqual(["box", "cls", "dfl"]);
      return Object.values(losses);
    };
    const each = await Promise.all(
      data.entries.map((entry) => lossesOf(Object.assign(Object.create(data), { entries: [entry] }), 1)),
    );
    const mean = [0, 1, 2].map((part) => each.reduce((sum, losses) => sum + (losses[part] as number), 0) / each.length);
    expectClose(await lossesOf(data, 1), mean, { rel: 1e-5 });
    model.dispose();
  });

  it("leaves the state of a training's criterion as it was", async () => {
    const model = tinyModel({ names: data.names, family: "v5", layers: [8, 16, 16, 16] });
    const criterion = await createCriterion(model, {
      recipe: makeRecipe(familySettings.v5, { balance: "auto" }),
      imgsz: 64,
    });
    const state = async (): Promise<unknown[]> =>
      Promise.all([...criterion.state.values()].map(async (variable) => [...(await variable.data())]));
    const before = await state();
    expect(before.length).toBeGreaterThan(0);
    const validator = new Validator(data, model, { ...form, criterion });
    const { losses } = await validator.run(model);
    expect(Object.keys(losses ?? {})).toEqual(["box", "obj", "cls"]);
    expect(await state()).toEqual(before);
    await validator.dispose();
    model.dispose();
  });

  it.each([
    ["v8", {}, 300],
    ["v26", {}, 310],
    ["v26", { maxDet: 5 }, 5],
  ] as const)("%s with %o detects %d of 310 labeled objects and more at most", async (family, options, most) => {
    // Boxes of 2 pixels in a grid of 4: none suppresses another
    const boxes = Array.from({ length: 400 }, (_, i) => [2 + 3 * (i % 20), 2 + 3 * Math.floor(i / 20), 2, 2]);
    const [entry] = data.entries;
    const full = {
      ...entry,
      classes: new Int32Array(310),
      boxes: Float32Array.from(boxes.slice(0, 310).flat(), (v) => v / 64),
    };
    const dataset: Dataset = Object.assign(Object.create(data), { entries: [full] });
    const rows = boxes.flatMap((box) => [...box, 0.9, 0, 0, 0, 0]);
    const shape = [1, boxes.length, 9] as const;
    const prediction = { data: Float32Array.from(rows), shape, layout: "NAC", hasObjectness: false } as const;
    const detector = { detect: async () => ({ predictions: [prediction], prepareMs: 0, inferenceMs: 0 }) };
    const kind = { family, task: "detect", maxStride: 16 };
    const validator = new Validator(dataset, kind, { ...form, ...options });
    const found: number[] = [];
    const callbacks = [{ onValBatch: (batch: ValidatedBatch) => void found.push(batch.found[0]?.count ?? 0) }];
    await validator.measure(detector, { callbacks });
    expect(found).toEqual([most]);
    await validator.dispose();
  });

  it("stops when its signal aborts", async () => {
    const model = tinyModel({ names: data.names });
    const stop = new AbortController();
    const callbacks = [{ onValBatch: () => stop.abort(new Error("enough")) }];
    await expect(validate(model, data, { ...form, callbacks, signal: stop.signal })).rejects.toThrow("enough");
    model.dispose();
  });
});
