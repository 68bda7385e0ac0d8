import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { type GeneratedShapes, generateShapes } from "@lookonce/data";
import { describeGolden, sharedPath } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { type EvolveOptions, evolve } from "./evolve.ts";
import { temporaryFolder, writeTinyAnchorModel, writeTinyModel } from "./test-model.ts";

const folder = temporaryFolder();
const project = join(folder, "runs");
const v8 = writeTinyModel(folder);
const v5 = writeTinyAnchorModel(folder);
let shapes: GeneratedShapes;

beforeAll(async () => {
  shapes = await generateShapes({ directory: join(folder, "shapes"), train: 6, val: 2, size: 64, seed: 1 });
});

const options = (more: EvolveOptions): EvolveOptions => ({
  ...{ data: shapes.yaml, generations: 2, epochs: 1, imgsz: 64, batch: 4, workers: 0, project },
  ...more,
});

describeGolden("evolve", ["tasks/e2e/obb/model.pt"], () => {
  it.each([
    { task: "obb", yaml: "dataset/data.yaml", imgsz: 128, column: "metrics/mAP50-95(B)" },
    { task: "segment", yaml: "dataset/data.yaml", imgsz: 128, column: "metrics/mAP50-95(M)" },
    { task: "classify", yaml: "dataset", imgsz: 64, column: "metrics/accuracy_top1" },
  ])("compares trainings of $task by its own scores", async ({ task, yaml, imgsz, column }) => {
    const root = sharedPath(`golden/tasks/e2e/${task}`);
    const data = join(root, yaml);
    const args = { model: join(root, "model.pt"), data, imgsz, name: task, generations: 1, fraction: 0.2 };
    const { best, csv } = await evolve(options(args));
    expect(best?.scores.fitness).toBeGreaterThan(0.1);
    expect(best?.scores[column]).toBeGreaterThan(0.1);
    const [header = "", first = ""] = readFileSync(csv, "utf8").split("\n");
    expect(Number(first.split(",")[header.split(",").indexOf(column)])).toBe(best?.scores[column]);
  });
});

describe("evolve", () => {
  it("trains with changed hyper-parameters, keeps the fittest, and goes on when it was stopped", async () => {
    const whole = await evolve(options({ model: v8, name: "whole" }));
    expect(whole).toMatchObject({ directory: join(project, "whole"), generations: 2, interrupted: false });
    const files = ["best", "best_hyperparameters.yaml", "evolve.csv", "evolve.json", "evolve.png", "log.jsonl"];
    expect(readdirSync(whole.directory).sort()).toEqual(files);
    expect(existsSync(join(whole.directory, "best/weights/best.safetensors"))).toBe(true);
    const rows = readFileSync(whole.csv, "utf8").trimEnd().split("\n");
    expect(rows).toHaveLength(3);
    // What `auto` would choose for so short a training of five classes.
    expect(rows[1]).toMatch(/,0\.00111,/);
    expect(readFileSync(whole.hyp, "utf8")).toContain("optimizer=AdamW");

    const stop = new AbortController();
    const lines: number[] = [];
    const callbacks = [{ onTrainEpochStart: () => void (lines.length === 1 && stop.abort()) }];
    const onGeneration: EvolveOptions["onGeneration"] = ({ generation }) => void lines.push(generation);
    const cut = await evolve(options({ model: v8, name: "cut", callbacks, onGeneration, signal: stop.signal }));
    expect(cut).toMatchObject({ generations: 1, interrupted: true });
    expect(existsSync(join(cut.directory, "current"))).toBe(false);
    const resumed = await evolve({ resume: cut.directory, workers: 0 });
    expect(readFileSync(resumed.csv, "utf8")).toBe(readFileSync(whole.csv, "utf8"));
    expect(resumed.best).toEqual(whole.best);
    const same = { resume: cut.directory, generations: 1 };
    expect(await evolve(same)).toMatchObject({ generations: 2, interrupted: false });
  });

  it("evolves the number of anchors of YOLOv5's models", async () => {
    const { best, hyp, directory } = await evolve(options({ model: v5, name: "v5", generations: 1 }));
    expect(best?.hyps).toMatchObject({ anchors: expect.any(Number), anchor_t: expect.any(Number) });
    expect(hyp).toMatch(/hyp_evolve\.yaml$/);
    const { anchors } = readCheckpoint(join(directory, "best/weights/best.safetensors"));
    expect(anchors?.[0]).toHaveLength(2 * Math.round(best?.hyps.anchors as number));
  });
});
