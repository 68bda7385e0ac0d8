import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LookonceError } from "@lookonce/errors";
import { expectClose, recordsGraphs } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import type { TrainCallbacks } from "../report/callbacks.ts";
import { failuresOf, resultsOf } from "./test-ranks.ts";
import { prepareRanks, trainRanks, weightDifference } from "./test-train-ranks.ts";

beforeAll(() => prepareRanks({ train: 4 }));

describe.runIf(recordsGraphs)("a training of two ranks", () => {
  it("equals that of one, and its files are written once", async () => {
    const read: number[][][] = [[], [], []];
    const reader = (to: number): TrainCallbacks => ({
      onTrainBatchStart: ({ batch }) => void read[to]?.push(batch.samples.map(({ index }) => index)),
    });
    const common = {
      epochs: 2,
      val: "last",
      recipe: { optimizer: "SGD", nbs: 4, warmup_epochs: 0, ema_decay: 0 },
    } as const;
    const [alone] = resultsOf(await trainRanks(1, { ...common, callbacks: [reader(2)] }));
    const both = resultsOf(await trainRanks(2, { ...common, syncBn: true }, (rank) => ({ callbacks: [reader(rank)] })));
    const [first, second] = both;
    expect(second).toEqual({ ...first, seconds: expect.any(Number), communication: expect.anything() });
    expect(first?.communication?.share).toBeGreaterThan(0);
    for (const [part, value] of Object.entries(alone?.losses[0] ?? {})) {
      expectClose([first?.losses[0]?.[part] ?? Number.NaN], [value], { rel: 1e-4 });
    }
    expect(weightDifference(first?.last ?? "", alone?.last ?? "")).toBeLessThan(1e-4);
    expect(read[0]?.map((dealt, i) => [...dealt, ...(read[1]?.[i] ?? [])])).toEqual(read[2]);
    const { directory = "" } = first ?? {};
    const starts = readFileSync(join(directory, "log.jsonl"), "utf8").match(/"event":"start"/g);
    expect(starts).toHaveLength(1);
    expect(readdirSync(directory).sort()).toEqual(readdirSync(alone?.directory ?? "").sort());
  });

  it("ends on both where one fails, with its sentence", async () => {
    const fail = (): never => {
      throw new LookonceError("DATA", "shape 3 has no color");
    };
    const failed = await trainRanks(2, {}, (rank) => (rank === 1 ? { transforms: [fail] } : {}));
    expect(failuresOf(failed)).toEqual(new Array(2).fill("rank 1 of 2: shape 3 has no color"));
  });

  it("does not start where ranks differ, or are too many", async () => {
    const seeds = await trainRanks(2, {}, (rank) => ({ seed: rank }));
    const differ = "the ranks of a training must agree, but";
    for (const failure of failuresOf(seeds))
      expect(failure).toMatch(new RegExp(`^${differ} the option seed is 0 on rank 0 .* and 1 on`));
    const models = await trainRanks(2, {}, (rank) => ({ model: { seed: rank } }));
    expect(failuresOf(models)[0]).toMatch(new RegExp(`^${differ} the digest of the model's weights is`));
    expect(failuresOf(await trainRanks(2, { batch: 1 }))[0]).toMatch(/^batch 1 is shared by 2 ranks.* at least 2/);
  });
});
