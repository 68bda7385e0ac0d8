import type { Batch } from "@lookonce/data";
import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { scaleRandomly } from "./multi-scale.ts";

const labels = {
  boxes: Float32Array.of(8, 16, 24, 32),
  keypoints: Float32Array.of(8, 16, 2, 24, 32, 0),
  rotated: Float32Array.of(16, 24, 16, 8, 0.5),
};

const batch: Batch = {
  images: new Uint8Array(64 * 64 * 3).fill(7),
  ...{ count: 1, height: 64, width: 64 },
  targets: { labels: Int32Array.of(1), mask: Float32Array.of(1), maxTargets: 1, ...labels },
  samples: [
    {
      ...{ index: 0, path: "a.png", originalWidth: 64, originalHeight: 64, ratio: [1, 1], padding: [0, 4] },
      ...{ classes: Int32Array.of(1), polygons: [Float32Array.of(8, 16, 24, 16, 16, 32)], ...labels },
    },
  ],
};

const seeds = Array.from({ length: 40 }, (_, seed) => seed);

describe("scaleRandomly", () => {
  it("scales images and all kinds of labels, but neither visibility nor angles", () => {
    const options = { imgsz: 64, stride: 32 };
    const scaled = seeds.map((seed) => scaleRandomly(batch, { ...options, rng: new Random(seed) }));
    const large = scaled.find(({ width }) => width === 96)!;
    expect(new Set(scaled.map(({ width }) => width))).toEqual(new Set([32, 64, 96]));
    expect([large.height, large.images.length]).toEqual([96, 96 * 96 * 3]);
    const [sample] = large.samples;
    for (const part of [large.targets, sample!]) {
      expect([...part.boxes]).toEqual([12, 24, 36, 48]);
      expect([...part.keypoints!]).toEqual([12, 24, 2, 36, 48, 0]);
      expect([...part.rotated!]).toEqual([24, 36, 24, 12, 0.5]);
    }
    expect([...sample!.polygons![0]!]).toEqual([12, 24, 36, 24, 24, 48]);
    expect(sample).toMatchObject({ ratio: [1.5, 1.5], padding: [0, 6] });
  });

  it("leaves a batch of the size that is drawn as it is", () => {
    const sizes = seeds.map((seed) => scaleRandomly(batch, { imgsz: 64, stride: 32, rng: new Random(seed) }));
    expect(sizes).toContain(batch);
  });
});
