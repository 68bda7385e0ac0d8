import { DetectionModel, parseModelConfig } from "@lookonce/nn";
import { Random } from "@lookonce/random";
import { enterTestDevice, recordsGraphs } from "@lookonce/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { largestDifference, type RankCase, type Trained, trainOnRanks, trainOnShards } from "./test-ranks.ts";
import { tinyModel } from "./test-tiny-model.ts";

beforeAll(async () => {
  await enterTestDevice();
});

const layers = [8, 16, 16, 16];
const head = (yaml: string) => () => {
  const convs = layers.map((width) => `  - [-1, 1, Conv, [${width}, 3, 2]]\n`).join("");
  const config = parseModelConfig(`nc: 2\nbackbone:\n${convs}head:\n  - ${yaml}\n`, { name: "tiny.yaml" });
  return new DetectionModel(config, { rng: new Random(3) });
};

/** Steps of each training. The bounds are those of 20, too. */
const steps = Number(process.env.LOOKONCE_RANK_STEPS ?? 6);

/** Kinds of models and trainings; numbers of images by step do not always suffice for an equal share, or any, a rank. */
const cases: Record<string, RankCase & { sizes: number[] }> = {
  // Noise cannot be learned: at larger rates losses rise, and differences of roundings with them.
  "YOLOv8 with SGD": { model: () => tinyModel(), lr: 2e-3, steps: 20, images: () => 4, sizes: [2] },
  "YOLO26's two branches with MuSGD, accumulated": {
    ...{ model: () => tinyModel({ family: "v26", layers }), optimizer: "MuSGD", accumulate: 2, sizes: [4], steps },
    images: (step) => [8, 7, 3][step % 3] as number,
  },
  "YOLOv5 with learning balance": {
    ...{ model: () => tinyModel({ family: "v5", layers }), recipe: { balance: "auto" }, sizes: [2], steps },
    images: (step) => [4, 5, 1][step % 3] as number,
  },
  "segmentation with AdamW": {
    ...{ model: head("[[2, 3], 1, Segment, [nc, 4, 8]]"), optimizer: "AdamW", lr: 1e-3, sizes: [2], steps },
    images: (step) => [4, 3, 1][step % 3] as number,
  },
  "classification with dropout": {
    model() {
      const model = head("[-1, 1, Classify, [nc]]")();
      model.head.dropout = 0.3;
      return model;
    },
    ...{ images: (step) => [8, 3][step % 2] as number, sizes: [2], steps },
  },
};

function expectClose(one: Trained, other: Trained): void {
  const { losses, state } = largestDifference(one, other);
  expect(losses).toBeLessThan(1e-4);
  expect(state).toBeLessThan(1e-4);
}

describe.runIf(recordsGraphs)("training on ranks", () => {
  it.each(Object.entries(cases))("with synchronized statistics is training on one: %s", async (_, one) => {
    const [alone] = await trainOnRanks(1, one);
    for (const size of one.sizes) {
      const ranks = await trainOnRanks(size, { ...one, options: { syncBn: true } });
      expectClose(ranks[0]!, alone!);
      for (const rank of ranks) expect(rank).toEqual(ranks[0]);
    }
  });

  // Dropout is drawn by the step alone.
  const others = Object.entries(cases).filter(([name]) => !name.includes("dropout"));
  it.each(others)("with statistics of each rank adds the gradients of their losses: %s", async (_, one) => {
    for (const size of one.sizes) {
      const ranks = await trainOnRanks(size, one);
      expectClose(ranks[0]!, await trainOnShards(size, one));
      for (const rank of ranks) expect(rank).toEqual(ranks[0]);
    }
  });

  it("in mixed precision skips a step on all ranks when gradients of one overflow", async () => {
    const one: RankCase = { model: () => tinyModel({ layers }), steps: 3, options: { amp: true } };
    const plain = await trainOnRanks(2, { ...one, steps: 1 });
    const ranks = await trainOnRanks(2, { ...one, exaggerates: (rank) => (rank === 1 ? 1e6 : 1) });
    expect(plain[0]!.results.map(({ scaling }) => scaling?.skipped)).toEqual([false]);
    expect(ranks[0]!.results.map(({ scaling }) => scaling?.skipped)).toEqual([true, true, true]);
    expect(ranks[0]!.results.map(({ scaling }) => scaling?.scale)).toEqual([65536, 32768, 16384]);
    for (const [one, other] of [plain, ranks]) expect(other).toEqual(one);
  });

  it("with gradients in half precision is nearly what it is without", async () => {
    const one: RankCase = { model: () => tinyModel({ layers }), steps: 3 };
    const [full] = await trainOnRanks(2, one);
    const half = await trainOnRanks(2, { ...one, options: { halfGradients: true } });
    const { losses, state } = largestDifference(half[0]!, full!);
    expect(losses).toBeLessThan(1e-2);
    expect(losses).toBeGreaterThan(0);
    expect(state).toBeLessThan(1e-2);
    expect(half[1]).toEqual(half[0]);
  });
});
