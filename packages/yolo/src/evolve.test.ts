import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { type GeneratedShapes, generateShapes } from "@lookonce/data";
import { beforeAll, describe, expect, it } from "vitest";
import { type EvolveOptions, evolve } from "./evolve.ts";
import { fitAnchors } from "./fit-anchors.ts";
import { temporaryFolder, writeTinyAnchorModel, writeTinyModel } from "./test-model.ts";
import { YOLO } from "./yolo.ts";

const folder = temporaryFolder();
const project = join(folder, "runs");
const v8 = writeTinyModel(folder);
const v5 = writeTinyAnchorModel(folder);
let shapes: GeneratedShapes;

beforeAll(async () => {
  shapes = await generateShapes({ directory: join(folder, "shapes"), train: 6, val: 2, size: 64, seed: 1 });
});

const options = (more: EvolveOptions): EvolveOptions => ({
  ...{ data: shapes.yaml, generations: 1, epochs: 1, imgsz: 64, batch: 4, workers: 0, project },
  ...more,
});

describe("evolve", () => {
  it("trains, and writes what the family's users know", async () => {
    const { best, hyp, directory } = await evolve(options({ model: v5, name: "fixed", autoAnchor: false }));
    const files = ["best", "evolve.csv", "evolve.json", "evolve.png", "hyp_evolve.yaml", "log.jsonl"];
    expect(readdirSync(directory).sort()).toEqual(files);
    expect(hyp).toBe(join(directory, "hyp_evolve.yaml"));
    // Without AutoAnchor the number of anchors would have no effect.
    expect(best?.hyps).not.toHaveProperty("anchors");
  });

  it("refuses what it cannot do", async () => {
    await expect(evolve(options({}))).rejects.toThrow("evolve needs a model");
    await expect(evolve({ model: v8 })).rejects.toThrow("evolve needs a data set");
    await expect(evolve(options({ model: v8, val: "never" }))).rejects.toThrow("evolve needs scores");
    await expect(evolve({ resume: folder })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const again = options({ model: v5, name: "fixed", existOk: true, epochs: 2 });
    await expect(evolve(again)).rejects.toThrow("has an evolution with other settings");
    const blind = join(folder, "shapes/blind.yaml");
    writeFileSync(blind, readFileSync(shapes.yaml, "utf8").replace(/^val:.*\n/m, ""));
    await expect(evolve(options({ model: v8, data: blind }))).rejects.toThrow("names no val images");
  });
});

describe("fitAnchors", () => {
  it("finds anchors of a data set and reports how well a model's fit", async () => {
    const found = await fitAnchors({ data: shapes.yaml, imgsz: 64, model: v5, gen: 50 });
    expect(found.anchors).toHaveLength(4);
    expect(found.fitness).toBeGreaterThan(found.model?.fitness as number);
    expect((await fitAnchors({ data: shapes.yaml, imgsz: 64, n: 2, gen: 5 })).anchors).toHaveLength(2);
    await expect(fitAnchors({ data: shapes.yaml, model: v8 })).rejects.toThrow("has no anchors");
  });
});

describe("YOLO.train", () => {
  it("builds a model with as many anchors as its recipe asks for, and fits them", async () => {
    const model = await YOLO.load(v5);
    const train = { data: shapes.yaml, epochs: 1, imgsz: 64, batch: 4, workers: 0, project, name: "four" };
    const { last } = await model.train({ ...train, recipe: { anchors: 3.6 } });
    const { anchors, config } = readCheckpoint(last);
    expect(anchors?.map((level) => level.length)).toEqual([8, 8]);
    expect(config?.anchors).toEqual([expect.any(Array), expect.any(Array)]);
    await model.dispose();
  });
});
