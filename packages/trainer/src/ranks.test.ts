import { enterTestDevice, recordsGraphs } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { largestDifference, trainOnRanks, trainOnShards } from "./test-ranks.ts";
import { tinyModel } from "./test-tiny-model.ts";

beforeAll(async () => {
  await enterTestDevice();
});

const model = () => tinyModel({ layers: [8, 16, 16, 16] });

describe.runIf(recordsGraphs)("training on ranks", () => {
  it("with statistics of each rank adds the gradients of their losses", async () => {
    const one = { model, steps: 3 };
    const ranks = await trainOnRanks(2, one);
    const { losses, state } = largestDifference(ranks[0]!, await trainOnShards(2, one));
    expect(losses).toBeLessThan(1e-4);
    expect(state).toBeLessThan(1e-4);
    // Everything is the same on all of them.
    expect(ranks[1]).toEqual(ranks[0]);
  });

  it("with synchronized statistics is training on one", async () => {
    const one = { model, steps: 3 };
    const ranks = await trainOnRanks(2, { ...one, options: { syncBn: true } });
    const [alone] = await trainOnRanks(1, one);
    const { losses, state } = largestDifference(ranks[0]!, alone!);
    expect(losses).toBeLessThan(1e-4);
    expect(state).toBeLessThan(1e-4);
    expect(ranks[1]).toEqual(ranks[0]);
  });
});
