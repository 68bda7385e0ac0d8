import { blankImage, type Image } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { describeGolden, type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { goldenImage } from "../test-golden.ts";
import { randomChannelSwap, swapChannels, toGray } from "./channels.ts";
import { applyClahe } from "./clahe.ts";
import { equalizeHistogram } from "./equalize.ts";
import { applyHsv, drawHsv, hsvTables, randomHsv } from "./hsv.ts";
import { formulaImage, madeByOpencv } from "./test-opencv-cases.ts";
import { applyTable, brightnessContrastTable, gammaTable } from "./tone.ts";

/**
 * Equal, except that at the end of a row, where OpenCV's vectors of 32 pixels do not fit, bytes may differ by 1: there it
 * rounds what it cuts off elsewhere.
 */
function expectHsv(actual: Image, expected: Image): void {
  const whole = expected.width - (expected.width % 32);
  const differences = Array.from(expected.data, (byte, i) => Math.abs(byte - (actual.data[i] as number)));
  expect(actual.data).toHaveLength(expected.data.length);
  expect(Math.max(...differences)).toBeLessThanOrEqual(1);
  expect(differences.filter((_, i) => Math.floor(i / 3) % expected.width < whole).some((d) => d > 0)).toBe(false);
}

/** The result of a transform whose gains are all 0. */
function unturned(image: Image): Image {
  const still = randomHsv({ hue: 0, saturation: 0, value: 0 });
  return still({ image, boxes: new Float32Array(), classes: new Int32Array() }, new Random(1)).image;
}

// biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
const cases = (path: string): [string, any][] => Object.entries(goldenJson(path));

describeGolden("color of YOLOv5", ["v5/augment/hsv.json", "v5/augment/hsv.safetensors"], () => {
  const tensors = goldenTensors("v5/augment/hsv.safetensors");
  for (const [name, run] of cases("v5/augment/hsv.json")) {
    it(name, () => {
      const input = goldenImage(tensors[run.tensors.input] as GoldenTensor);
      const expected = goldenImage(tensors[run.tensors.output] as GoldenTensor);
      expectHsv(change(input, run), expected);
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
  function change(input: Image, run: any): Image {
    if (run.clahe === true) return applyClahe(input, { clipLimit: run.clip_limit, tiles: run.tiles, space: "yuv" });
    if (run.clahe === false) return equalizeHistogram(input);
    if (run.multipliers_hsv === null) return unturned(input);
    const [hue, saturation, value] = run.multipliers_hsv.map((factor: number) => factor - 1);
    return applyHsv(input, hsvTables({ hue, saturation, value }, "multiply"));
  }
});

describeGolden("HSV of YOLOv8", ["v8/augment/hsv.json", "v8/augment/hsv.safetensors"], () => {
  const tensors = goldenTensors("v8/augment/hsv.safetensors");
  for (const [name, run] of cases("v8/augment/hsv.json")) {
    it(`case ${name}`, () => {
      const [hue, saturation, value] = run.drawn_gains_r;
      const input = goldenImage(tensors[`${name}.input_bgr`] as GoldenTensor);
      const expected = goldenImage(tensors[`${name}.output_bgr`] as GoldenTensor);
      if (run.applied) expectHsv(applyHsv(input, hsvTables({ hue, saturation, value })), expected);
      else expect(unturned(input)).toEqual(expected);
    });
  }
});

describe("OpenCV's bytes", () => {
  const image = formulaImage();
  it("HSV", () => {
    const wide = formulaImage(64, 3);
    const still = hsvTables({ hue: 0, saturation: 0, value: 0 });
    expect(applyHsv(wide, still).data).toEqual(madeByOpencv("hsvRoundTrip"));
    expect(applyHsv(wide, hsvTables({ hue: 0.1, saturation: 0.5, value: -0.25 })).data).toEqual(madeByOpencv("hsv"));
  });
  it("gray", () => expect(toGray(image).data).toEqual(madeByOpencv("gray")));
  it("histogram equalization", () => expect(equalizeHistogram(image).data).toEqual(madeByOpencv("equalized")));
  it("CLAHE", () => {
    const options = { clipLimit: 2, tiles: [2, 2] } as const;
    expect(applyClahe(image, { ...options, space: "yuv" }).data).toEqual(madeByOpencv("claheYuv"));
    expect(applyClahe(image, options).data).toEqual(madeByOpencv("claheLab"));
  });
});

describe("HSV", () => {
  it("turns red to green by a third of the circle, and multiplies it to itself", () => {
    const red = blankImage({ width: 1, height: 1 }, [250, 0, 0]);
    const shift = { hue: 1 / 3 + 1e-9, saturation: 0, value: 0 };
    expect([...applyHsv(red, hsvTables(shift)).data]).toEqual([0, 250, 0]);
    expect([...applyHsv(red, hsvTables(shift, "multiply")).data]).toEqual([250, 0, 0]);
  });
  it("turns backwards around the circle", () => {
    const { hue } = hsvTables({ hue: -0.25, saturation: 0, value: 0 });
    expect([hue[0], hue[45], hue[44]]).toEqual([135, 0, 179]);
  });
  it("limits saturation and value", () => {
    const tables = hsvTables({ hue: 0, saturation: 1, value: -1 });
    expect([tables.saturation[0], tables.saturation[100], tables.saturation[200]]).toEqual([0, 200, 255]);
    expect(Math.max(...tables.value)).toBe(0);
    expect(Math.max(...hsvTables({ hue: 0, saturation: -1.5, value: 0 }).saturation)).toBe(0);
  });
  it("leaves grays gray", () => {
    const grays = { data: Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3)), width: 256, height: 1 };
    const turned = applyHsv(grays, hsvTables({ hue: 0.3, saturation: 0.9, value: 0 })).data;
    expect(turned).toEqual(applyHsv(grays, hsvTables({ hue: 0, saturation: 0, value: 0 })).data);
    for (let i = 0; i < 768; i += 3) expect([turned[i], turned[i + 1]]).toEqual([turned[i + 2], turned[i + 2]]);
  });
  it("draws within its gains", () => {
    const rng = new Random("hsv");
    const draws = Array.from({ length: 300 }, () => drawHsv({ hue: 0.1, saturation: 0.5, value: 0 }, rng));
    expect(Math.max(...draws.map(({ hue }) => Math.abs(hue)))).toBeLessThanOrEqual(0.1);
    expect(Math.max(...draws.map(({ saturation }) => saturation))).toBeGreaterThan(0.4);
    expect(Math.min(...draws.map(({ saturation }) => saturation))).toBeLessThan(-0.4);
    expect(draws.every(({ value }) => Math.abs(value) === 0)).toBe(true);
  });
});

describe("channels", () => {
  it("swaps red and blue, twice is nothing", () => {
    const image = formulaImage();
    const swapped = swapChannels(image);
    expect([...swapped.data.slice(0, 3)]).toEqual([...image.data.slice(0, 3)].reverse());
    expect(swapChannels(swapped)).toEqual(image);
  });
  it("swaps as often as asked for", () => {
    const sample = { image: formulaImage(), boxes: new Float32Array(), classes: new Int32Array() };
    const rng = new Random("bgr");
    const transform = randomChannelSwap(0.25);
    const swapped = Array.from({ length: 800 }, () => transform(sample, rng)).filter((result) => result !== sample);
    expect(swapped.length).toBeGreaterThan(150);
    expect(swapped.length).toBeLessThan(250);
  });
});

describe("tone", () => {
  const every = Uint8Array.from({ length: 256 }, (_, i) => i);
  it("does nothing by its neutral values", () => {
    expect(brightnessContrastTable({ contrast: 1, brightness: 0 })).toEqual(every);
    expect(gammaTable(1)).toEqual(every);
  });
  it("follows its formulas", () => {
    const table = brightnessContrastTable({ contrast: 1.5, brightness: -0.1 });
    expect([table[0], table[17], table[18], table[100], table[255]]).toEqual([0, 0, 1, 124, 255]);
    expect(gammaTable(2)[128]).toBe(64);
    expect(gammaTable(0.5)[64]).toBe(127);
    expect([gammaTable(0.7)[0], gammaTable(0.7)[255]]).toEqual([0, 255]);
    expect([...applyTable(blankImage({ width: 1, height: 1 }, [1, 2, 3]), gammaTable(1)).data]).toEqual([1, 2, 3]);
  });
  it("refuses a gamma that is not positive", () => {
    expect(() => gammaTable(0)).toThrow("gamma must be a positive number, not 0.");
    expect(() => gammaTable(Number.NaN)).toThrow("gamma must be");
  });
});

describe("equalization", () => {
  it("leaves an image of one level as it is", () => {
    const image = blankImage({ width: 16, height: 8 }, 93);
    expect(equalizeHistogram(image)).toEqual(image);
  });
  it("spreads two levels over the whole range", () => {
    const image = blankImage({ width: 2, height: 1 }, 100);
    image.data.set([110, 110, 110], 3);
    expect([...equalizeHistogram(image).data]).toEqual([0, 0, 0, 255, 255, 255]);
  });
  it("accepts images smaller than its tiles", () => {
    const dot = blankImage({ width: 1, height: 1 }, [10, 200, 30]);
    expect(applyClahe(dot).data).toHaveLength(3);
    expect(applyClahe(dot, { clipLimit: 0, space: "yuv" }).data).toHaveLength(3);
  });
});
