import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { familySettings } from "@lookonce/config";
import { ConfusionMatrix } from "@lookonce/metrics";
import { load } from "js-yaml";
import { describe, expect, it } from "vitest";
import { musgdGroups } from "../optimizer/parameter-groups.ts";
import { lrByGroup } from "../warmup.ts";
import type { BatchInfo, EpochInfo, RunInfo, TrainCallbacks } from "./callbacks.ts";
import { argsYaml, jsonLog } from "./json-log.ts";
import { duration, progress } from "./progress.ts";
import { resultsCsv, resultsRow } from "./results-csv.ts";

const directory = mkdtempSync(join(tmpdir(), "report-"));
const run: RunInfo = {
  ...{
    directory,
    family: "v8",
    task: "detect",
    epochs: 2,
    iterations: 4,
    batch: 8,
    imgsz: 64,
    firstEpoch: 0,
    args: { data: "shapes.yaml" },
  },
  recipe: familySettings.v8.recipe,
};
const losses = { box: 1.5, cls: 2.25, dfl: 1.125 };
const lr = { bias: 0.1, weight: 0.01, norm: 0.02 };
const batch: BatchInfo = {
  ...{ losses, lr, total: 39, gradientNorm: 3, epoch: 0, iteration: 1, mean: losses, images: 8, instances: 21 },
  ...{ imagesPerSecond: 12.34, secondsLeft: 65 },
};
const scores = { precision: 0.5, recall: 0.25, map50: 0.375, map50_95: 0.125 };
const table = { P: 0.5, R: 0.25, mAP50: 0.375, "mAP50-95": 0.125 };
const validation = {
  task: "detect",
  table: [{ name: "all", images: 8, instances: 21, scores: table }] as const,
  ...{ ...scores, images: 8, instances: 21, f1: 0.3, map75: 0.1, fitness: 0.15, perClass: [] },
  ...{ speed: { preprocess: 1, inference: 2, postprocess: 3 }, confusion: new ConfusionMatrix(1) },
  ...{ confidence: 0.4, curves: [], losses: { box: 1.75, cls: 2.5, dfl: 1.25 } },
};
const epoch: EpochInfo = { epoch: 0, seconds: 12.345, losses, lr, validation, isBest: true };

async function play(callbacks: TrainCallbacks): Promise<void> {
  const { validation: _, ...unvalidated } = epoch;
  await callbacks.onTrainStart?.(run);
  await callbacks.onTrainBatchEnd?.(batch);
  await callbacks.onValBatchEnd?.({ done: 1, batches: 2 });
  await callbacks.onFitEpochEnd?.(epoch);
  await callbacks.onFitEpochEnd?.({ ...unvalidated, epoch: 1, isBest: false });
  await callbacks.onTrainEnd?.({ directory, seconds: 25, interrupted: false });
}

async function shown(stream: { isTTY?: boolean; columns?: number }): Promise<string> {
  let text = "";
  await play(
    progress({
      ...stream,
      write: (part) => {
        text += part;
      },
    }),
  );
  return text;
}

describe("progress", () => {
  it("is a plain line an epoch where there is no terminal", async () => {
    const lines = (await shown({})).trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]).toBe("1/2  box 1.500 cls 2.250 dfl 1.125  P 0.500 R 0.250 mAP50 0.375 mAP50-95 0.125 *  0:12");
    expect(lines.join()).not.toContain("\u001b");
  });

  it("is a line written over on a terminal, cut to its width", async () => {
    const text = await shown({ isTTY: true, columns: 200 });
    expect(text).toContain("\r\u001b[K1/2  ██████████░░░░░░░░░░  2/4");
    expect(text).toMatch(/21 instances {2}\d+\.\d\d GiB {2}12\.3 images\/s {2}1:05/);
    expect(text).toContain("\r\u001b[Kdone after 0:25");
    const narrow = await shown({ isTTY: true, columns: 40 });
    expect(
      narrow
        .split("\r\u001b[K")
        .slice(1, 3)
        .every((line) => line.length < 40),
    ).toBe(true);
  });
});

describe("resultsCsv", () => {
  it("has a row an epoch and leaves scores that were not measured empty", async () => {
    await play(resultsCsv());
    const rows = readFileSync(join(directory, "results.csv"), "utf8").trimEnd().split("\n");
    expect(rows).toHaveLength(3);
    expect(rows[1]).toBe(
      "1,12.35,1.50000,2.25000,1.12500,0.50000,0.25000,0.37500,0.12500,1.75000,2.50000,1.25000,0.1,0.01,0.02",
    );
    expect(rows[2]).toBe("2,12.35,1.50000,2.25000,1.12500,,,,,,,,0.1,0.01,0.02");
    expect(rows[0]).toMatch(
      /^epoch,time,train\/box_loss,.*metrics\/mAP50-95\(B\),val\/box_loss,val\/cls_loss,val\/dfl_loss,lr\/pg0,lr\/pg1,lr\/pg2$/,
    );
    expect(new Set(rows.map((row) => row.split(",").length)).size).toBe(1);
  });

  it("has a learning rate for each of the optimizer's groups", () => {
    const row = resultsRow({ ...epoch, lr: lrByGroup({ groups: musgdGroups }, 0.01) }, run);
    const rates = [...row].filter(([column]) => column.startsWith("lr/"));
    expect(Object.fromEntries(rates)).toEqual({
      ...{ "lr/pg0": "0.03", "lr/pg1": "0.01", "lr/pg2": "0.03", "lr/pg3": "0.01" },
      ...{ "lr/pg4": "0.03", "lr/pg5": "0.01", "lr/pg6": "0.03", "lr/pg7": "0.01" },
    });
  });

  it("continues after the rows of the epochs that a resumed training has finished", async () => {
    const file = join(directory, "results.csv");
    await play(resultsCsv());
    const before = readFileSync(file, "utf8").split("\n");
    const csv = resultsCsv();
    await csv.onTrainStart?.({ ...run, firstEpoch: 1 });
    await csv.onFitEpochEnd?.({ ...epoch, epoch: 1 });
    expect(readFileSync(file, "utf8").trimEnd().split("\n")).toEqual([
      ...before.slice(0, 2),
      expect.stringMatching(/^2,.*0\.125/),
    ]);
  });

  it("says which file it cannot write", async () => {
    const csv = resultsCsv();
    writeFileSync(join(directory, "missing"), "a file, not a folder");
    await csv.onTrainStart?.({ ...run, directory: join(directory, "missing") });
    expect(() => csv.onFitEpochEnd?.(epoch)).toThrow(/missing.results\.csv/);
  });
});

describe("argsYaml", () => {
  it("has the settings and the whole recipe, once", async () => {
    await play(argsYaml());
    const file = join(directory, "args.yaml");
    const args = load(readFileSync(file, "utf8"));
    expect(args).toEqual({ data: "shapes.yaml", epochs: 2, batch: 8, imgsz: 64, ...familySettings.v8.recipe });
    await argsYaml().onTrainStart?.({ ...run, firstEpoch: 1, epochs: 9 });
    expect(load(readFileSync(file, "utf8"))).toEqual(args);
  });
});

describe("jsonLog", () => {
  it("is a JSON object for everything that happens", async () => {
    await play(jsonLog());
    const lines = readFileSync(join(directory, "log.jsonl"), "utf8").trimEnd().split("\n");
    const events = lines.map((line) => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual(["start", "batch", "epoch", "epoch", "end"]);
    expect(events[1]).toMatchObject({ epoch: 0, iteration: 1, losses, instances: 21 });
    expect(events[2]).toMatchObject({ lr, scores: { map50: 0.375 }, isBest: true });
    expect(events[3]).not.toHaveProperty("scores");
  });
});

describe("duration", () => {
  it.each([
    [5, "0:05"],
    [65.4, "1:05"],
    [3723, "1:02:03"],
  ])("%d s is %s", (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
