import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "@lookonce/checkpoint";
import { familySettings, makeRecipe } from "@lookonce/config";
import { Dataset, generateShapes } from "@lookonce/data";
import { modelFromCheckpoint } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { enterTestDevice, failWrites } from "@lookonce/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evolve } from "./evolve/evolve.ts";
import { plotLogger } from "./report/plot-logger.ts";
import { makeRunDirectory } from "./run-directory.ts";
import { tinyModel } from "./test-tiny-model.ts";
import { train } from "./train.ts";
import type { TrainOptions, TrainResult } from "./train-options.ts";

const place = mkdtempSync(join(tmpdir(), "disk-faults-"));
let data: Dataset;
let valData: Dataset;
let whole: unknown;

beforeAll(async () => {
  await enterTestDevice();
  const { yaml } = await generateShapes({ directory: join(place, "shapes"), train: 4, val: 1, size: 64, seed: 1 });
  data = await Dataset.open({ yaml, split: "train" });
  valData = await Dataset.open({ yaml, split: "val" });
  whole = left(await run({}));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

async function run(more: Partial<TrainOptions>): Promise<TrainResult> {
  const { resume } = more;
  const model =
    resume === undefined ? tinyModel({ names: data.names }) : modelFromCheckpoint(readCheckpoint(resume), resume);
  const directory = resume === undefined ? makeRunDirectory({ project: place }) : undefined;
  try {
    const settings = { data, valData, epochs: 2, imgsz: 64, batch: 4, workers: 0, savePeriod: 2, callbacks: [] };
    return await train(model, { ...settings, ...(directory && { directory }), ...more });
  } finally {
    model.dispose();
  }
}

/** Weights and scores, by file; times differ from run to run. */
function left({ directory }: TrainResult): unknown {
  const files = ["last", "best"].map((name) => readCheckpoint(join(directory, `weights/${name}.safetensors`)));
  return { files, rows: rowsOf(directory).map((row) => row.toSpliced(1, 1)) };
}

function rowsOf(directory: string): string[][] {
  const text = readFileSync(join(directory, "results.csv"), "utf8");
  expect(text.endsWith("\n")).toBe(true);
  return text
    .trimEnd()
    .split("\n")
    .map((row) => row.split(","));
}

describe("a disk that fails in the second epoch", () => {
  it.each([
    ["ENOSPC", "last.safetensors", /the disk is full.*make room/],
    ["EIO", "epoch2.safetensors", /the disk failed/],
    ["EROFS", "weights", /only for reading.*choose another folder/],
    ["ENOSPC", "results.csv", /the disk is full.*make room/],
    ["EIO", "log.jsonl", /the disk failed/],
  ] as const)("%s, %s: names the file, what to do and where to resume; nothing is lost", async (code, name, words) => {
    const directory = makeRunDirectory({ project: place });
    const last = join(directory, "weights", "last.safetensors");
    let before = Buffer.alloc(0);
    let restore = (): void => {};
    const onTrainEpochStart = ({ epoch }: { epoch: number }): void => {
      if (epoch !== 1) return;
      before = readFileSync(last);
      restore = failWrites(code, name);
    };
    const error = await run({ directory, callbacks: [{ onTrainEpochStart }] }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "IO", message: expect.stringMatching(words) });
    expect(String(error)).toContain(name);
    expect(String(error)).toContain(`resume from ${last}`);
    expect(before.equals(readFileSync(last))).toBe(true);
    expect(readdirSync(join(directory, "weights")).join()).not.toContain("partial");
    const rows = rowsOf(directory);
    for (const row of rows) expect(row).toHaveLength(rows[0]?.length as number);
    restore();
    expect(left(await run({ resume: last }))).toEqual(whole);
    for (const line of readFileSync(join(directory, "log.jsonl"), "utf8").trimEnd().split("\n")) JSON.parse(line);
  });

  it("before anything is saved names the file alone", async () => {
    failWrites("ENOSPC", "last.safetensors");
    await expect(run({})).rejects.toThrow(/cannot write .*last\.safetensors: the disk is full.*try again\.$/);
  });

  it("costs plots, with a notice each, and not the training", async () => {
    const notices: string[] = [];
    failWrites("ENOSPC", /\.(png|jpg)/);
    const onNotice = (line: string): void => void notices.push(line);
    const result = await run({ callbacks: [plotLogger({ data, onNotice })] });
    expect(left(result)).toEqual(whole);
    expect(readdirSync(result.directory).filter((name) => /png|jpg/.test(name))).toEqual([]);
    for (const name of ["labels.png", "train_batch0.jpg", "results.png"]) {
      expect(notices.join("\n")).toMatch(new RegExp(`${name} is missing: .*the disk is full \\(ENOSPC\\); make room`));
    }
  });
});

describe("a disk that fails while hyper-parameters evolve", () => {
  it.each(["evolve.csv", "log.jsonl", "best_hyperparameters.yaml"])(
    "ends with a sentence on %s and is resumed as if nothing had been",
    async (name) => {
      const evolveIn = async (directory: string, onGeneration?: () => void) =>
        evolve({
          ...{ family: familySettings.v8, recipe: makeRecipe(familySettings.v8), directory, generations: 5 },
          ...{ rng: new Random(0), evaluate: async ({ lr0 }) => ({ fitness: lr0 }), onGeneration },
        });
      const directory = mkdtempSync(join(place, "evolve-"));
      let restore = (): void => {};
      const fail = (): void => {
        restore();
        restore = failWrites("ENOSPC", join(directory, name));
      };
      await expect(evolveIn(directory, fail)).rejects.toMatchObject({
        code: "IO",
        message: expect.stringMatching(new RegExp(`${name}: the disk is full`)),
      });
      restore();
      const { generations } = await evolveIn(directory);
      expect(generations).toEqual((await evolveIn(mkdtempSync(join(place, "evolve-")))).generations);
      for (const line of readFileSync(join(directory, "log.jsonl"), "utf8").trimEnd().split("\n")) JSON.parse(line);
    },
  );
});
