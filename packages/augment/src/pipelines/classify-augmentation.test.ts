import { hypPresets } from "@lookonce/config";
import { blankImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { classifyAugmentations, type Sample, type SampleSource } from "../index.ts";

describe.each(["v5", "v8"] as const)("classification's augmentation of %s", (family) => {
  const hyp = hypPresets.v8;
  const rng = new Random("classes");
  const samples = [
    [50, 31],
    [20, 90],
    [1, 1],
  ].map(([width = 0, height = 0], i): Sample => {
    const data = Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256));
    return { image: { data, width, height }, boxes: Float32Array.of(0, 0, width, height), classes: Int32Array.of(i) };
  });
  const source: SampleSource = { length: 3, load: async (index) => samples[index] as Sample };

  it.each(["randaugment", "autoaugment", "augmix", "none"] as const)("makes squares with %s", async (auto_augment) => {
    const augment = classifyAugmentations[family]({ ...hyp, auto_augment, flipud: 0.5 }, { imgsz: 32 });
    for (let i = 0; i < 12; i++) {
      const { image, classes, boxes } = await augment(source, i % 3, new Random(i));
      expect([image.width, image.height, image.data.length]).toEqual([32, 32, 3072]);
      expect([[...classes], [...boxes]]).toEqual([[i % 3], [0, 0, 32, 32]]);
      // Comparing arrays takes as long as all the rest
      const again = await augment(source, i % 3, new Random(i));
      expect(Buffer.compare(again.image.data, image.data)).toBe(0);
    }
    const of = async (seed: number) => (await augment(source, 0, new Random(seed))).image.data;
    expect(Buffer.compare(await of(1), await of(2))).not.toBe(0);
  });

  it("does the user's own transforms last, and refuses a size that is none", async () => {
    const gray = (sample: Sample): Sample => ({ ...sample, image: blankImage(sample.image, 7) });
    const augment = classifyAugmentations[family](hyp, { imgsz: 8, transforms: [gray] });
    expect(new Set((await augment(source, 0, new Random(1))).image.data)).toEqual(new Set([7]));
    expect(() => classifyAugmentations[family](hyp, { imgsz: 0.5 })).toThrow(/imgsz must be a whole number/);
  });
});

describe("classification's augmentation of v8", () => {
  it("erases as often as asked", async () => {
    const white: Sample = {
      image: blankImage({ width: 40, height: 40 }, 255),
      boxes: Float32Array.of(0, 0, 40, 40),
      classes: Int32Array.of(0),
    };
    const source: SampleSource = { length: 1, load: async () => white };
    const still = { auto_augment: "none", hsv_h: 0, hsv_s: 0, hsv_v: 0 } as const;
    const count = async (erasing: number): Promise<number> => {
      const augment = classifyAugmentations.v8({ ...hypPresets.v8, ...still, erasing }, { imgsz: 16 });
      let black = 0;
      for (let i = 0; i < 100; i++) if ((await augment(source, 0, new Random(i))).image.data.includes(0)) black++;
      return black;
    };
    expect(await count(0)).toBe(0);
    const half = await count(0.5);
    expect(half).toBeGreaterThan(30);
    expect(half).toBeLessThan(70);
  });
});
