import { enterTestDevice, recordsGraphs } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { drawnRows } from "./shard.ts";
import { largestDifference, trainOnRanks, trainOnShards } from "./test-ranks.ts";
import { tinyModel } from "./test-tiny-model.ts";

beforeAll(async () => {
  await enterTestDevice();
});

describe("training on ranks", () => {
  it.runIf(recordsGraphs)("adds the gradients of the ranks' losses, and leaves the same on all of them", async () => {
    const one = { model: () => tinyModel({ layers: [8, 16, 16, 16] }), steps: 3, images: () => 4 };
    const ranks = await trainOnRanks(2, one);
    const { losses, state } = largestDifference(ranks[0]!, await trainOnShards(2, one));
    expect(losses).toBeLessThan(1e-5);
    expect(state).toBeLessThan(1e-5);
    expect(ranks[1]).toEqual(ranks[0]);
  });

  it("draws for all images, and uses the rows of the rank's own", () => {
    const all = { kept: { data: Float32Array.from({ length: 10 }, (_, i) => i), shape: [5, 2] } };
    const rowsOf = (from: number, to: number) => [...drawnRows(all, { from, to, of: 5 }).kept!.data];
    expect(drawnRows(all, { from: 0, to: 3, of: 5 }).kept!.shape).toEqual([3, 2]);
    expect([rowsOf(0, 3), rowsOf(3, 5)]).toEqual([
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9],
    ]);
    // An image that fills up has some row.
    expect(rowsOf(5, 5)).toEqual([8, 9]);
  });
});
