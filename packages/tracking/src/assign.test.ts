import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { assign } from "./assign.ts";

/** The smallest sum of matched costs + limit / 2 for each row and column alone, by trying everything. */
function smallest(costs: readonly number[], [rows, columns]: readonly [number, number], limit: number): number {
  const isTaken = new Array<boolean>(columns).fill(false);
  const from = (row: number): number => {
    if (row === rows) return isTaken.filter((taken) => !taken).length * (limit / 2);
    let best = limit / 2 + from(row + 1);
    for (let column = 0; column < columns; column++) {
      const cost = costs[row * columns + column]!;
      if (isTaken[column] || !(cost < limit)) continue;
      isTaken[column] = true;
      best = Math.min(best, cost + from(row + 1));
      isTaken[column] = false;
    }
    return best;
  };
  return from(0);
}

function total(columnOf: Int32Array, costs: readonly number[], columns: number, limit: number): number {
  const matched = [...columnOf.entries()].filter(([, column]) => column >= 0);
  const alone = columnOf.length + columns - 2 * matched.length;
  return matched.reduce((sum, [row, column]) => sum + costs[row * columns + column]!, (alone * limit) / 2);
}

describe("assign", () => {
  // Few different costs make ties, many costs above the limit make sparse problems
  it.each([
    ["any costs", (random: Random) => random.uniform(0, 1)],
    ["few different costs", (random: Random) => random.integer(0, 5) / 5],
    ["sparse costs", (random: Random) => (random.uniform(0, 1) < 0.7 ? 1 : random.uniform(0, 1))],
    [
      "negative and impossible costs",
      (random: Random) => (random.uniform(0, 1) < 0.2 ? Number.NaN : random.uniform(-1, 1)),
    ],
  ])("costs as little as any assignment: %s", (_, draw) => {
    const random = new Random(7);
    for (let trial = 0; trial < 400; trial++) {
      const shape = [random.integer(0, 6), random.integer(0, 6)] as const;
      const costs = Array.from({ length: shape[0] * shape[1] }, () => draw(random));
      const limit = random.uniform(0.1, 1);
      const columnOf = assign(costs, shape, limit);
      const used = [...columnOf].filter((column) => column >= 0);
      expect(new Set(used).size).toBe(used.length);
      expect(total(columnOf, costs, shape[1], limit)).toBeCloseTo(smallest(costs, shape, limit), 9);
    }
  });

  it("is as cheap read by columns as by rows, in large problems", () => {
    const random = new Random(3);
    const [rows, columns] = [60, 75];
    const costs = Array.from({ length: rows * columns }, () => random.uniform(0, 1));
    const turned = Array.from(
      { length: rows * columns },
      (_, i) => costs[(i % rows) * columns + Math.trunc(i / rows)]!,
    );
    const [across, down] = [assign(costs, [rows, columns], 0.8), assign(turned, [columns, rows], 0.8)];
    expect(total(across, costs, columns, 0.8)).toBeCloseTo(total(down, turned, rows, 0.8), 9);
    expect(across.filter((column) => column >= 0).length).toBe(rows);
  });

  it("refuses costs of another length", () => {
    expect(() => assign([1, 2, 3], [2, 2], 1)).toThrow("4 for 2 × 2, but has 3");
  });
});
