import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { sortByScore } from "./sort-by-score.ts";

/** Order of the platform's stable sort. */
function expected(scores: Float32Array): number[] {
  return Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]!);
}

describe("sortByScore", () => {
  it.each([
    [[]],
    [[0.5]],
    [[0.1, 0.9, 0.5, 0.9, 0.1]],
    [[0, -0, 0, -0]],
    [[-1, 3, -2.5, 0, 1e-38, 2e30, -1]],
    [[1, 1, 1]],
  ])("orders %j", (scores) => {
    expect(Array.from(sortByScore(Float32Array.from(scores)))).toEqual(expected(Float32Array.from(scores)));
  });

  it("orders many, with ties", () => {
    const rng = new Random("sort");
    const scores = Float32Array.from({ length: 5000 }, () =>
      rng.chance(0.5) ? rng.integer(0, 50) / 50 : rng.normal(),
    );
    expect(Array.from(sortByScore(scores))).toEqual(expected(scores));
    for (const limit of [1, 2, 1000, 2600, 4999, 5000, 6000]) {
      expect(Array.from(sortByScore(scores, limit))).toEqual(expected(scores).slice(0, limit));
    }
  });
});
