import { describe, expect, it } from "vitest";
import { fitLine, largestBatch, type Measurement } from "./largest-batch.ts";

/** Steps of 100 bytes and 10 an image, twice that with the graph that only gathers. */
const measured: Measurement[] = [1, 2, 4].map((batch) => {
  const update = 100 + 10 * batch;
  return { batch, update, both: 2 * update };
});

describe("fitLine", () => {
  it("goes through points on a line, and between others", () => {
    const line = [1, 2, 4].map((batch) => [batch, 3 + 2 * batch] as const);
    const { start, slope } = fitLine(line);
    expect(start).toBeCloseTo(3, 10);
    expect(slope).toBeCloseTo(2, 10);
    expect(fitLine([0, 2, 1].map((bytes, batch) => [batch, bytes] as const))).toEqual({ start: 0.5, slope: 0.5 });
  });
});

describe("largestBatch", () => {
  it.each([
    // A batch of the nominal size or more needs one graph: (budget − 100) / 10 images.
    { budget: 1100, nbs: 64, batch: 96 },
    // Smaller ones need two: (budget / 2 − 100) / 10.
    { budget: 600, nbs: 64, batch: 48 },
    { budget: 500, nbs: 64, batch: 14 },
    { budget: 320, nbs: 64, batch: 6 },
    { budget: 250, nbs: 64, batch: 2 },
    { budget: 10, nbs: 64, batch: 1 },
    { budget: 1100, nbs: 8, batch: 96 },
  ])("of a budget of $budget and a nominal batch of $nbs is $batch", ({ budget, nbs, batch }) => {
    expect(largestBatch(measured, { budget, nbs, limit: 1024 })).toBe(batch);
  });

  it("is no larger than the limit, nor than what was tried where nothing grows", () => {
    expect(largestBatch(measured, { budget: 1e6, nbs: 64, limit: 30 })).toBe(24);
    expect(largestBatch(measured, { budget: 1e6, nbs: 64, limit: 3 })).toBe(3);
    const flat = measured.map(({ batch }) => ({ batch, update: 100, both: 200 }));
    expect(largestBatch(flat, { budget: 1e6, nbs: 64, limit: 1024 })).toBe(4);
  });
});
