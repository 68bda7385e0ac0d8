import { hypPresets } from "@lookonce/config";
import { Random } from "@lookonce/random";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Batch, imagesOf } from "../batch.ts";
import type { BatchLoaderOptions } from "../loader/loader-options.ts";
import { readEpoch, TestImages } from "../loader/test-images.ts";
import { shareOf } from "./share-batch.ts";

describe("shareOf", () => {
  it.each([
    [16, 4, [4, 4, 4, 4]],
    [7, 2, [4, 3]],
    [5, 4, [2, 1, 1, 1]],
    [2, 4, [1, 0, 1, 0]],
    [1, 3, [1, 0, 0]],
  ])("deals %i images to %i ranks in order", (of, size, counts) => {
    const shares = counts.map((_, rank) => shareOf(of, { rank, size }));
    expect(shares.map(({ from, to }) => to - from)).toEqual(counts);
    expect(shares.map(({ from }) => from)).toEqual([0, ...shares.slice(0, -1).map(({ to }) => to)]);
    expect(shares.at(-1)?.to).toBe(of);
  });
});

describe("the batches of several ranks", () => {
  let images: TestImages;
  beforeAll(async () => {
    images = await TestImages.make();
  });
  afterAll(() => images.remove());

  /** Each image of a batch with its labels, without its place in the batch. */
  const contents = (batch: Batch | undefined): object[] => {
    const pixels = batch === undefined ? [] : imagesOf(batch);
    return pixels.map(({ data }, i) => ({ data: Buffer.from(data).toString("base64"), sample: batch?.samples[i] }));
  };

  const augment = { family: "v8" as const, hyp: { ...hypPresets.v8, mixup: 0.5, degrees: 10 } };
  const weights = Float64Array.from({ length: 11 }, (_, i) => i % 3);
  const cases: [string, number, Partial<BatchLoaderOptions>][] = [
    ["with mosaics", 2, { augment, shuffle: new Random(4) }],
    ["drawn by weight, repeatedly", 4, { augment, shuffle: new Random(4), weights: () => weights }],
    ["rectangular", 3, { rect: true }],
  ];
  it.each(cases)("are together those of one, %s, %i ranks", async (_, size, options) => {
    const dataset = await images.open();
    const whole = await readEpoch(dataset, { ...options, workers: 0 }, { epoch: 1 });
    const ranks = Array.from({ length: size }, (_, rank) => rank);
    const parts = await Promise.all(
      ranks.map((rank) => readEpoch(dataset, { ...options, workers: 0, sharer: { rank, size } }, { epoch: 1 })),
    );
    for (const [i, batch] of whole.entries()) {
      const own = contents(batch);
      const dealt = ranks.flatMap((rank) => {
        const { from, to } = shareOf(batch.count, { rank, size });
        // A rank without an image computes on the batch's first, which does not count
        if (from === to) expect(contents(parts[rank]?.[i])).toEqual([own[0]]);
        return contents(parts[rank]?.[i]).slice(0, to - from);
      });
      expect(dealt).toEqual(own);
      for (const part of parts) expect(part[i]).toMatchObject({ height: batch.height, width: batch.width });
    }
  });
});
