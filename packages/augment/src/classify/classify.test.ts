import { type Image, resizeAntialiased } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { describeGolden, type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { flipImageLeftRight } from "../geometry/flip.ts";
import { difference } from "../test-golden.ts";
import { colorJitter } from "./color-jitter.ts";
import { drawErasing, drawRandomCrop, eraseImage, resizedCrop } from "./crop.ts";
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from "./enhance.ts";
import { amountAt, type Operation, type OperationName, operations } from "./operations.ts";
import { augMix, autoAugment, randAugment } from "./policies.ts";

/** An image `[height, width, 3]` in RGB. */
function rgb({ shape, data }: GoldenTensor): Image {
  const [height = 0, width = 0] = shape;
  return { data: Uint8Array.from(data), width, height };
}

/** The golden files allow 2 levels for 99 % of the pixels. */
function expectImage(image: Image, golden: GoldenTensor, allowed = { levels: 2, share: 0.01 }): void {
  expect(difference(image, rgb(golden), allowed.levels).over).toBeLessThanOrEqual(allowed.share);
}

const files = ["tasks/data/classify.json", "tasks/data/classify.safetensors"];
describeGolden("classification's transforms", files, () => {
  const tensors = goldenTensors("tasks/data/classify.safetensors");
  const cases = goldenJson("tasks/data/classify.json");
  const of = (name: string): GoldenTensor => tensors[name] as GoldenTensor;
  const input = rgb(of("operations.input_rgb"));

  it.each([0, 1, 2, 3])("crop %d", (i) => {
    const { size, flip, ...crop } = cases.crops[i];
    const image = resizedCrop(rgb(of(`crop_${i}.input_rgb`)), crop, { width: size, height: size });
    const golden = of(`crop_${i}.output_rgb`);
    expectImage(flip ? flipImageLeftRight(image) : image, golden, { levels: 1, share: 0 });
  });

  // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
  for (const [name, run] of Object.entries<any>(cases.operations)) {
    it(name, () => {
      const operation: Operation = operations[name as OperationName];
      const amount = amountAt(operation, { step: 9, steps: 31 }, input);
      expect(amount).toBeCloseTo(run.value_at_magnitude_9, 5);
      expect(operation.isSigned ?? false).toBe(run.sign_drawn);
      expectImage(operation.apply(input, amount), of(`operations.${name}`));
      if (run.sign_drawn) expectImage(operation.apply(input, -amount), of(`operations.${name}.negative`));
    });
  }

  it("jitter of colors", () => {
    const changes: Record<string, (image: Image, factor: number) => Image> = {
      brightness: adjustBrightness,
      contrast: adjustContrast,
      saturation: adjustSaturation,
      hue: adjustHue,
    };
    expect(cases.jitter.length).toBe(8);
    for (const { operation, factor } of cases.jitter) {
      expectImage(changes[operation]?.(input, factor) as Image, of(`jitter.${operation}_${factor}`));
    }
  });

  it("erased parts", () => {
    const { data, shape } = of("erased_0");
    const [, height = 0, width = 0] = shape;
    const golden = Array.from({ length: data.length }, (_, i) => data[(i % 3) * width * height + Math.floor(i / 3)]);
    expect([...eraseImage(input, cases.erasing[0]).data]).toEqual(golden);
  });
});

const noise = (width: number, height: number, seed: string): Image => {
  const rng = new Random(seed);
  return { data: Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256)), width, height };
};

describe("drawRandomCrop", () => {
  const range = { area: [0.5, 1], aspect: [3 / 4, 4 / 3] } as const;

  it("draws parts of the area and aspect asked for", () => {
    const rng = new Random("crops");
    const areas: number[] = [];
    for (let i = 0; i < 200; i++) {
      const { left, top, width, height } = drawRandomCrop({ width: 90, height: 70 }, range, rng);
      expect(left >= 0 && top >= 0 && left + width <= 90 && top + height <= 70).toBe(true);
      const area = (width * height) / 6300;
      expect(area).toBeGreaterThan(0.47);
      expect(width / height).toBeGreaterThan(0.73);
      expect(width / height).toBeLessThan(1.37);
      areas.push(area);
    }
    expect(Math.min(...areas)).toBeLessThan(0.55);
    expect(Math.max(...areas)).toBeGreaterThan(0.9);
  });

  it("cuts the middle of images that are too long, and images of one pixel", () => {
    const rng = new Random("long");
    expect(drawRandomCrop({ width: 1000, height: 30 }, range, rng)).toEqual({
      left: 480,
      top: 0,
      width: 40,
      height: 30,
    });
    expect(drawRandomCrop({ width: 30, height: 1000 }, range, rng)).toEqual({
      left: 0,
      top: 480,
      width: 30,
      height: 40,
    });
    expect(drawRandomCrop({ width: 1, height: 1 }, range, rng)).toEqual({ left: 0, top: 0, width: 1, height: 1 });
    expect(drawRandomCrop({ width: 1, height: 90 }, range, rng)).toEqual({ left: 0, top: 44, width: 1, height: 1 });
  });
});

describe("drawErasing", () => {
  const range = { area: [0.02, 0.33], aspect: [0.3, 3.3] } as const;

  it("draws parts smaller than the image", () => {
    const rng = new Random("erasing");
    for (let i = 0; i < 100; i++) {
      const drawn = drawErasing({ width: 40, height: 36 }, range, rng);
      const { left, top, width, height } = drawn as NonNullable<typeof drawn>;
      expect(left >= 0 && top >= 0 && left + width <= 40 && top + height <= 36).toBe(true);
      expect((width * height) / 1440).toBeLessThan(0.36);
    }
  });

  it("gives up on images of one pixel", () => {
    expect(drawErasing({ width: 1, height: 1 }, range, new Random(1))).toBeUndefined();
  });
});

describe("policies", () => {
  const image = noise(24, 18, "policies");

  it.each([
    ["randAugment", randAugment],
    ["autoAugment", autoAugment],
    ["augMix", augMix],
  ])("%s keeps the size, leaves its input, repeats itself, and changes images in many ways", (_, policy) => {
    const before = image.data.slice();
    const results = Array.from({ length: 60 }, (_, seed) => policy(image, new Random(seed)));
    for (const { width, height, data } of results) expect([width, height, data.length]).toEqual([24, 18, 1296]);
    expect(image.data).toEqual(before);
    expect(policy(image, new Random(5))).toEqual(results[5]);
    expect(new Set(results.map(({ data }) => data.join())).size).toBeGreaterThan(15);
  });

  it("augMix of a black and of a white image stay between their levels", () => {
    for (let seed = 0; seed < 20; seed++) {
      const white = { data: new Uint8Array(300).fill(255), width: 10, height: 10 };
      expect(augMix(white, new Random(seed)).data.length).toBe(300);
      expect(Math.min(...augMix({ ...white, data: new Uint8Array(300) }, new Random(seed)).data)).toBe(0);
    }
  });

  it.each(Object.entries(operations))("%s works on an image of one pixel", (_, operation: Operation) => {
    for (const step of [0, 9, 30]) {
      const pixel = { data: Uint8Array.of(10, 200, 90), width: 1, height: 1 };
      const amount = amountAt(operation, { step, steps: 31 }, pixel);
      expect(operation.apply(pixel, amount).data.length).toBe(3);
    }
  });
});

describe("colorJitter", () => {
  const image = noise(12, 12, "jitter");

  it("is nothing where nothing may change", () => {
    const still = { brightness: 0, contrast: 0, saturation: 0, hue: 0 };
    expect(colorJitter(image, still, new Random(3))).toEqual(image);
  });

  it("changes one of the four each", () => {
    const still = { brightness: 0, contrast: 0, saturation: 0, hue: 0 };
    for (const key of ["brightness", "contrast", "saturation", "hue"] as const) {
      const { data } = colorJitter(image, { ...still, [key]: 0.4 }, new Random(3));
      expect(data).not.toEqual(image.data);
    }
  });
});

describe("resizedCrop", () => {
  it("is the whole image resized where all of it is cut out", () => {
    const image = noise(17, 23, "whole");
    const size = { width: 8, height: 9 };
    const whole = { left: 0, top: 0, width: 17, height: 23 };
    expect(resizedCrop(image, whole, size)).toEqual(resizeAntialiased(image, size));
  });
});
