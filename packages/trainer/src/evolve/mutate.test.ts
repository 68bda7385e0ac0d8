import { familySettings } from "@lookonce/config";
import { Random } from "@lookonce/random";
import { describeGolden, expectClose, goldenJson } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { chooseParent, drawMutation, mutate, parentChoices, withinLimits } from "./mutate.ts";

interface GoldenGeneration {
  results_table: number[][];
  parent: { fitness_of_rows: number[]; top_rows: number[]; weights: number[]; row: number } | null;
  draws: { value: number | number[] }[];
  hyp_order: string[];
  mutated_hyp: Record<string, number>;
}

describeGolden("evolution, YOLOv5", ["v5/evolve/meta.json", "v5/evolve/mutations.json"], () => {
  const golden = goldenJson("v5/evolve/mutations.json") as {
    start_hyp: Record<string, number>;
    generations: GoldenGeneration[];
  };

  it("has the reference's table", () => {
    expect(familySettings.v5.evolution.space).toEqual(goldenJson("v5/evolve/meta.json"));
  });

  it("keeps the first generation within limits", () => {
    const [first] = golden.generations as [GoldenGeneration];
    expect(withinLimits(golden.start_hyp, familySettings.v5.evolution.space)).toEqual(first.mutated_hyp);
  });

  it.each(golden.generations.slice(1))("chooses and mutates as the reference does", (generation) => {
    const { parent, draws, hyp_order: order, results_table: table } = generation;
    if (parent === null) throw new Error("only the first generation has no parent");
    const choices = parentChoices(parent.fitness_of_rows);
    expect(choices.map(({ row }) => row)).toEqual(parent.top_rows);
    expectClose(
      choices.map(({ weight }) => weight),
      parent.weights,
      { abs: 1e-12 },
    );
    const values = (table[parent.row] as number[]).slice(7);
    const hyps = Object.fromEntries(order.map((key, i) => [key, values[i] as number]));
    const [chances, normals, strength] = draws.slice(-3).map(({ value }) => value) as [number[], number[], number];
    const child = mutate(hyps, familySettings.v5.evolution.space, { chances, normals, strength });
    expect(Object.keys(child)).toEqual(order);
    expectClose(Object.values(child), order.map((key) => generation.mutated_hyp[key] as number), { abs: 1e-9 }); // biome-ignore format: one line
  });
});

describe("chooseParent", () => {
  it("selects the fittest five only, in proportion to how fit they are", () => {
    const fitness = [0.1, 0.5, 0.2, 0.9, 0.3, 0.4, 0.05];
    const counts = new Array<number>(fitness.length).fill(0);
    const rng = new Random(1);
    for (let i = 0; i < 5000; i++) counts[chooseParent(fitness, rng)]!++;
    // Weights: 0.9 − 0.2, 0.5 − 0.2, 0.4 − 0.2, 0.3 − 0.2 of 1.3 in all.
    expectClose(counts.map((count) => count / 5000), [0, 0.3 / 1.3, 0, 0.7 / 1.3, 0.1 / 1.3, 0.2 / 1.3, 0], { abs: 0.03 }); // biome-ignore format: one line
    expect(chooseParent([0], rng)).toBe(0);
  });
});

describe("mutate", () => {
  const space = { a: { gain: 1, lower: 0, upper: 2 }, b: { gain: 0, lower: 0, upper: 9 }, c: { gain: 1, lower: 0.5, upper: 3 } }; // biome-ignore format: one line
  const parent = { a: 1, b: 4, c: 1 };

  it("changes by gain, chance, normal and strength, within limits", () => {
    const draws = { chances: [0.1, 0.1, 0.9], normals: [1, 1, 1], strength: 0.5 };
    expect(mutate(parent, space, draws)).toEqual({ a: 1.1, b: 4, c: 1 });
    expect(mutate(parent, space, { ...draws, chances: [0, 0, 0], normals: [9, 9, -99] })).toEqual({ a: 1.9, b: 4, c: 0.5 }); // biome-ignore format: one line
    expect(mutate(parent, space, { ...draws, normals: [1000, 0, 0] }).a).toBe(2);
    expect(mutate({ a: 0.123456789 }, space, { chances: [1], normals: [0], strength: 0 })).toEqual({ a: 0.12346 });
  });

  it("draws until something changes, if anything can", () => {
    const rng = new Random(2);
    for (let i = 0; i < 200; i++) {
      const one = { a: 1 };
      expect(drawMutation(one, space, rng).chances[0]).toBeLessThan(0.8);
    }
    expect(drawMutation({ b: 4 }, space, rng).chances).toHaveLength(1);
  });
});

describe("the search space of YOLOv8", () => {
  it("is that of its tuner", () => {
    expect(Object.keys(familySettings.v8.evolution.space).sort()).toEqual(
      "bgr box cls copy_paste cutmix degrees dfl fliplr flipud hsv_h hsv_s hsv_v lr0 lrf mixup momentum mosaic perspective scale shear translate warmup_epochs warmup_momentum weight_decay".split(
        " ",
      ),
    );
    expect(familySettings.v8.evolution.space.box).toEqual({ gain: 1, lower: 1, upper: 20 });
  });
});
