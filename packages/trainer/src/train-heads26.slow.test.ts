import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dataset, generateShapes } from "@lookonce/data";
import { taskOf } from "@lookonce/families";
import { DualCriterion } from "@lookonce/loss";
import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { enterTestDevice } from "@lookonce/testing";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { train } from "./train.ts";

beforeAll(async () => {
  await enterTestDevice();
});

/** A small model of two branches; images' sides are multiples of 16. */
const modelOf = (nc: number, head: readonly unknown[]) => ({
  ...{ nc, kpt_shape: [5, 3], reg_max: 1, end2end: true },
  backbone: [
    [-1, 1, "Conv", [8, 3, 2]],
    [-1, 1, "Conv", [16, 3, 2]],
    [-1, 1, "Conv", [32, 3, 2]],
    [-1, 1, "Conv", [32, 3, 2]],
  ],
  head: [[[2, 3], 1, ...head]],
});

describe.each([
  { task: "detect", head: ["Detect", ["nc"]], parts: ["box", "cls", "l1"], note: undefined },
  {
    task: "segment",
    head: ["Segment26", ["nc", 8, 16]],
    parts: ["box", "seg", "cls", "l1"],
    note: /semantic map is left out/,
  },
  {
    task: "pose",
    head: ["Pose26", ["nc", "kpt_shape"]],
    parts: ["box", "pose", "kobj", "cls", "l1"],
    note: /flow is left out/,
  },
  { task: "obb", head: ["OBB26", ["nc", 1]], parts: ["box", "cls", "l1"], note: /loss of angles is left out/ },
])("training of $task", ({ task, head, parts, note }) => {
  it("learns, validates with both branches' losses, and says what its loss leaves out", async () => {
    const place = mkdtempSync(join(tmpdir(), "heads26-"));
    const labels = taskOf(task).labels ?? "boxes";
    const settings = { directory: join(place, "data"), train: 16, val: 4, size: 64, labels };
    const { yaml } = await generateShapes(settings);
    const [data, valData] = await Promise.all([
      Dataset.open({ yaml, split: "train", labels }),
      Dataset.open({ yaml, split: "val", labels }),
    ]);
    const config = parseModelConfig(modelOf(data.names.length, head), { name: "tiny26.yaml" });
    const model = new DetectionModel(config, { rng: new Random(0), names: data.names });
    expect(model.task).toBe(task);
    const warnings: string[] = [];
    const order: string[] = [];
    const { startEpoch } = DualCriterion.prototype;
    const started = vi.spyOn(DualCriterion.prototype, "startEpoch").mockImplementation(function (
      this: DualCriterion<never>,
      epoch,
      epochs,
    ) {
      order.push(`epoch ${epoch} of ${epochs}`);
      startEpoch.call(this, epoch, epochs);
    });
    const result = await train(model, {
      ...{ data, valData, epochs: 6, imgsz: 64, batch: 4, workers: 0, directory: join(place, "run") },
      recipe: { nbs: 4, optimizer: "AdamW", lr0: 0.005, warmup_epochs: 0, mosaic: 0 },
      callbacks: [
        {
          onWarning: ({ message }) => void warnings.push(message),
          onTrainEpochEnd: ({ epoch }) => void order.push(`validation ${epoch}`),
        },
      ],
    });
    started.mockRestore();
    expect(order).toHaveLength(13);
    expect(order.slice(0, 4)).toEqual(["epoch 0 of 6", "epoch 1 of 6", "validation 0", "epoch 2 of 6"]);
    const [first = {}] = result.losses;
    const last = result.losses.at(-1) ?? {};
    expect(Object.keys(first)).toEqual(parts);
    const sum = (losses: Readonly<Record<string, number>>) =>
      Object.values(losses).reduce((total, part) => total + part);
    expect(sum(last)).toBeLessThan(0.9 * sum(first));
    expect(Object.keys(result.validation?.losses ?? {})).toEqual(parts);
    expect(warnings).toEqual(note === undefined ? [] : [expect.stringMatching(note)]);
    model.dispose();
  });
});
