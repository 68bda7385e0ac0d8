import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Checkpoint, readCheckpoint, saveCheckpoint } from "@lookonce/checkpoint";
import { Dataset, generateShapes } from "@lookonce/data";
import { type DetectionModel, modelFromCheckpoint } from "@lookonce/nn";
import { enterTestDevice } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkResumed } from "./check-resumed.ts";
import { stateFields } from "./state-schema.ts";
import { tinyModel } from "./test-tiny-model.ts";
import { train } from "./train.ts";
import type { TrainOptions, TrainResult } from "./train-options.ts";
import { initialProgress, parseTraining } from "./training-state.ts";

type Table = Record<string, unknown>;

const place = mkdtempSync(join(tmpdir(), "state-"));
const shapes = join(place, "shapes");
let data: Dataset;
let valData: Dataset;
let checkpoint: Checkpoint;
let model: DetectionModel;
let file: string;
let state: Table;
let warnings: string[];

async function run(options: Partial<TrainOptions>): Promise<TrainResult> {
  const { resume } = options;
  const { names } = data;
  const trained = resume === undefined ? tinyModel({ names }) : modelFromCheckpoint(readCheckpoint(resume), "");
  const args = { data: "shapes.yaml", singleCls: false, fraction: 1 };
  const onWarning = ({ message }: { message: string }): void => void warnings.push(message);
  warnings = [];
  const settings = { data, valData, epochs: 2, imgsz: 32, batch: 4, workers: 0, args, callbacks: [{ onWarning }] };
  return train(trained, { ...settings, ...options }).finally(() => trained.dispose());
}

beforeAll(async () => {
  await enterTestDevice();
  const { yaml } = await generateShapes({ directory: shapes, train: 16, val: 2, size: 32, seed: 1 });
  data = await Dataset.open({ yaml, split: "train" });
  valData = await Dataset.open({ yaml, split: "val" });
  const stop = new AbortController();
  const onTrainBatchEnd = (batch: { epoch: number; iteration: number }): void => {
    if (batch.epoch === 1 && batch.iteration === 1) stop.abort();
  };
  const directory = mkdtempSync(join(place, "exp-"));
  file = (await run({ directory, callbacks: [{ onTrainBatchEnd }], signal: stop.signal })).last;
  checkpoint = readCheckpoint(file);
  model = modelFromCheckpoint(checkpoint, "");
  state = checkpoint.training?.state ?? {};
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** The state with one field changed, or removed. */
function changed(path: string, value: unknown): Table {
  const copy = structuredClone(state);
  const keys = path.split(".");
  const key = keys.pop() ?? "";
  let table = copy;
  for (const owner of keys) table = table[owner] as Table;
  if (value === undefined) delete table[key];
  else table[key] = value;
  return copy;
}

function withState(other: Table): Checkpoint {
  const tensors: Checkpoint["tensors"] = checkpoint.training?.tensors ?? new Map();
  return { ...checkpoint, training: { tensors, state: JSON.parse(JSON.stringify(other)) } };
}

/** Writes a copy of the run with another state. @returns its last.safetensors */
function write(other: Table): string {
  const folder = mkdtempSync(join(place, "copy-"));
  cpSync(dirname(dirname(file)), folder, { recursive: true });
  const copy = join(folder, "weights/last.safetensors");
  saveCheckpoint(copy, withState(other));
  return copy;
}

/** What resuming with a changed field is refused with, before anything is done. */
function refusal(path: string, value: unknown): unknown {
  try {
    return checkResumed(model, parseTraining(withState(changed(path, value)), "last"), { data, valData });
  } catch (error) {
    return error;
  }
}

describe("the state of a training", () => {
  it("is refused with the file and the field, whichever is changed", () => {
    const { progress, settings } = state as { progress: Table; settings: Table & { recipe: Table } };
    const paths = Object.keys(stateFields);
    for (const key of Object.keys({ ...initialProgress(), ...progress })) expect(paths).toContain(`progress.${key}`);
    for (const key of Object.keys(settings)) expect(paths).toContain(`settings.${key}`);
    const recipe = "settings.recipe.";
    let refused = 0;
    for (const path of [...paths, ...Object.keys(settings.recipe).map((key) => `${recipe}${key}`)]) {
      for (const value of [{ odd: "x" }, [[null]], -7.5, "?", 1e300]) {
        const isOwn = path.startsWith(recipe) ? typeof value === "number" : stateFields[path]?.[1](value);
        if (isOwn) continue;
        const error = refusal(path, value);
        const message = expect.stringMatching(new RegExp(`^last: .*${path.replace(recipe, "")}`));
        expect(error, `${path}: ${JSON.stringify(value)}`).toMatchObject({ code: "FORMAT", message });
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(200);
  });

  it.each([
    ["progress.epoch", 1e9],
    ["progress.epoch", 0],
    ["progress.iteration", 4],
    ["progress.iteration", undefined],
    ["progress.lastOptimizerStep", 6],
    ["progress.optimizerSteps", 7],
    ["progress.losses", []],
    ["progress.classScores", [0.5]],
    ["settings.epochs", 1],
    ["settings.imgsz", 33],
    ["settings.recipe", {}],
    ["settings.recipe.optimizer", "auto"],
    ["settings.recipe.lr0", undefined],
    ["best.epoch", 1],
    ["best.epoch", undefined],
    ["data.names", undefined],
    ["version", 1],
  ])("is refused where it contradicts the rest: %s %o", (path, value) => {
    const named = path === "settings.recipe" ? "recipe" : path.split(".").at(-1);
    const message = expect.stringMatching(new RegExp(`^last: .*${named}`));
    expect(refusal(path, value)).toMatchObject({ code: "FORMAT", message });
  });

  it("is refused where it does not fit the model", async () => {
    const message = expect.stringMatching(/last\.safetensors: .*freeze: the model has no layer 99/);
    const resumed = run({ resume: write(changed("settings.freeze", [99])) });
    await expect(resumed).rejects.toMatchObject({ code: "FORMAT", message });
  });

  it("is accepted as it was saved, an infinite patience too", () => {
    expect(refusal("settings.patience", null)).toBeUndefined();
  });
});

describe("a data set that has changed", () => {
  it("is described, and needs a yes", async () => {
    const [copy, unlisted] = [write(state), write(state)];
    rmSync(join(dirname(dirname(unlisted)), "images.txt"));
    const less = join(place, "less");
    cpSync(shapes, less, { recursive: true });
    const { entries } = data;
    const gone = [3, 7].map((i) => (entries[i]?.path ?? "").slice(data.root.length + 1));
    for (const path of gone) rmSync(join(less, path));
    const yaml = join(less, "shapes.yaml");
    const options = {
      data: await Dataset.open({ yaml, split: "train" }),
      valData: await Dataset.open({ yaml, split: "val" }),
    };
    const named = `2 train images fewer (${gone.join(", ")})`;
    await expect(run({ ...options, resume: copy })).rejects.toMatchObject({
      code: "DATA",
      message: expect.stringContaining(`${named}. Restore it, or accept the change with resume_changed=true`),
    });
    await expect(run({ ...options, resume: unlisted })).rejects.toThrow(/: 2 train images fewer\. /);
    expect(await run({ ...options, resume: copy, resumeChanged: true })).toMatchObject({ epochs: 2 });
    expect(warnings).toEqual([`the data set has changed since: ${named}`]);
  });

  it("and is smaller than what the epoch has seen keeps the epoch's mean losses", async () => {
    const yaml = join(shapes, "shapes.yaml");
    const options = {
      data: await Dataset.open({ yaml, split: "train", fraction: 0.25 }),
      valData,
      resumeChanged: true,
    };
    const saved = parseTraining(withState(state), "last");
    const { lossSums, iteration } = structuredClone(saved.progress);
    expect(iteration).toBe(2);
    expect(checkResumed(model, saved, options)).toMatch(/changed/);
    expect(saved.progress.iteration).toBe(1);
    for (const [part, sum] of Object.entries(lossSums)) expect(saved.progress.lossSums[part]).toBeCloseTo(sum / 2, 6);
  });

  it("has other class names", () => {
    const names = [...data.names.slice(1), "other"];
    const message = expect.stringMatching(/the classes are .* in place of .*other/);
    expect(refusal("data.names", names)).toMatchObject({ code: "DATA", message });
  });

  it("cannot be known of a state of an older version, which is reported", () => {
    expect(refusal("data", undefined)).toMatch(/^last is of an older version .* cannot be checked$/);
  });

  it("and only moved is the same", async () => {
    const moved = join(place, "moved");
    cpSync(shapes, moved, { recursive: true });
    const yaml = join(moved, "shapes.yaml");
    const options = {
      data: await Dataset.open({ yaml, split: "train" }),
      valData: await Dataset.open({ yaml, split: "val" }),
    };
    expect(checkResumed(model, parseTraining(checkpoint, "last"), options)).toBeUndefined();
  });
});
