import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connectRanks } from "@lookonce/distributed";
import { expectClose, recordsGraphs } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { left } from "../test-resume.ts";
import { tinyModel } from "../test-tiny-model.ts";
import type { TrainResult } from "../train-options.ts";
import { validateTogether } from "../validation/validate-together.ts";
import { Validator } from "../validation/validator.ts";
import { Ranks } from "./ranks.ts";
import { failuresOf, resultsOf } from "./test-ranks.ts";
import { data, prepareRanks, type RankRun, trainRanks, valData, weightDifference } from "./test-train-ranks.ts";

beforeAll(() => prepareRanks({ train: 13, val: 7 }));

/** Plain descent: the quotients of Adam turn a rounding of a gradient near zero into a whole step. */
const recipe = { optimizer: "SGD", nbs: 8, warmup_epochs: 1, warmup_iterations: 0 } as const;

const first = async (size: number, options: RankRun): Promise<TrainResult> => {
  const [result] = resultsOf(await trainRanks(size, options));
  if (result === undefined) throw new Error("no rank trained");
  return result;
};

describe.runIf(recordsGraphs)("a training of several ranks", () => {
  it.each([2, 4])("with synchronized statistics equals that of one over 20 steps, %i ranks", async (size) => {
    // Batches of 4 and a last one of 1, which not all ranks have an image of
    const options = { epochs: 5, recipe: { ...recipe, nbs: 4 }, val: "last", syncBn: true } as const;
    const [alone, shared] = [await first(1, options), await first(size, options)];
    for (const [epoch, losses] of alone.losses.entries()) {
      expectClose(Object.values(shared.losses[epoch] ?? {}), Object.values(losses), { rel: 1e-4 });
    }
    // Of a tensor's largest: without AVX-512, 1.3e-4 in one that starts at 0
    expect(weightDifference(shared.last, alone.last)).toBeLessThan(2e-4);
    expect(shared.validation?.map50_95).toBeCloseTo(alone.validation?.map50_95 ?? Number.NaN, 4);
  });

  it("that one of them stops is resumed to the same bytes, and with other ranks to the same batches", async () => {
    const whole = await first(2, { recipe, epochs: 2 });
    const stop = new AbortController();
    const stopped = resultsOf(
      await trainRanks(2, { recipe, epochs: 2 }, (rank) =>
        rank === 0
          ? {}
          : {
              signal: stop.signal,
              callbacks: [{ onTrainBatchEnd: ({ iteration }) => void (iteration === 2 && stop.abort()) }],
            },
      ),
    );
    expect(stopped.map(({ interrupted, epochs }) => ({ interrupted, epochs }))).toEqual(
      new Array(2).fill({ interrupted: true, epochs: 0 }),
    );
    const last = stopped[0]?.last ?? "";
    const saved = readFileSync(last);
    const resumed = await first(2, { resume: last });
    expect(resumed.losses).toEqual(whole.losses);
    expect(left(resumed)).toEqual(left(whole));
    // As it was saved, on one rank
    const other = join(stopped[0]?.directory ?? "", "weights/other.safetensors");
    rmSync(join(stopped[0]?.directory ?? "", "run.lock"), { force: true });
    writeFileSync(other, saved);
    const warnings: string[] = [];
    const batches: number[] = [];
    await first(1, {
      resume: other,
      callbacks: [
        {
          onWarning: ({ message }) => void warnings.push(message),
          onTrainBatchEnd: ({ images }) => void batches.push(images),
        },
      ],
    });
    expect(warnings[0]).toMatch(/^resumed with 1 rank, before with 2 ranks: batches are still of 4 images/);
    expect(batches).toEqual([1, 4, 4, 4, 1]);
  });

  it("ends on all where the loss of one is no number any more", async () => {
    const spoil = {
      onTrainBatchStart: ({ batch, iteration }: { iteration: number; batch: { targets: { boxes: Float32Array } } }) =>
        void (iteration === 1 && batch.targets.boxes.fill(Number.NaN)),
    };
    const failed = await trainRanks(2, { recipe, val: "never" }, (rank) => (rank === 1 ? { callbacks: [spoil] } : {}));
    expect(failuresOf(failed)).toEqual(
      new Array(2).fill(expect.stringMatching(/left the finite numbers in epoch 1, batch 2/)),
    );
  });

  it("reports images that any rank cannot read, once", async () => {
    const warnings: string[] = [];
    const gone = data.entries[5]?.path ?? "";
    const bytes = readFileSync(gone);
    writeFileSync(gone, "no image");
    const results = resultsOf(
      await trainRanks(2, { epochs: 1, recipe, cache: "none", val: "never" }, (rank) =>
        rank === 0 ? { callbacks: [{ onWarning: ({ message }) => void warnings.push(message) }] } : {},
      ),
    );
    writeFileSync(gone, bytes);
    expect(warnings.filter((line) => line.includes("cannot be read"))).toHaveLength(1);
    for (const { unreadable } of results) expect(unreadable).toMatchObject({ count: 1, paths: [gone] });
  });

  it.each([2, 3])("scores exactly what one does, %i ranks", async (size) => {
    const model = tinyModel({ names: data.names });
    const options = { imgsz: 64, batch: 2, workers: 0, conf: 0 };
    const before = tf.memory().numTensors;
    const [alone, ...shared] = await Promise.all(
      [undefined, ...connectRanks(size)].map(async (communicator) => {
        const validator = new Validator(valData, model, options);
        const { speed: _, ...scores } = await validateTogether(validator, model, { ranks: new Ranks(communicator) });
        await validator.dispose();
        return scores;
      }),
    );
    expect(alone?.images).toBe(7);
    for (const scores of shared) expect(scores).toEqual(alone);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
