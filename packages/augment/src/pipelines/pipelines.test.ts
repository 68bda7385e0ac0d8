import { hypPresets, type V5Hyp } from "@lookonce/config";
import { Random } from "@lookonce/random";
import { describeGolden, expectClose, type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import {
  type Augmentation,
  flipLeftRight,
  flipUpDown,
  letterboxSample,
  randomPerspective,
  type Sample,
  type SampleSource,
  v5Augmentation,
  v8Augmentation,
} from "../index.ts";
import { goldenImage } from "../test-golden.ts";

const IMGSZ = 64;

/** Random images whose longer side is IMGSZ, with boxes, some of them with an outline of five points. */
function randomSource(length: number, rng: Random): SampleSource {
  const samples = Array.from({ length }, (_, index): Sample => {
    const [width, height] = rng.chance(0.5) ? [IMGSZ, rng.integer(20, IMGSZ + 1)] : [rng.integer(20, IMGSZ + 1), IMGSZ];
    const data = Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256));
    const count = rng.integer(0, 5);
    const boxes: number[] = [];
    const polygons: Float32Array[] = [];
    for (let i = 0; i < count; i++) {
      const [w, h] = [rng.uniform(4, width), rng.uniform(4, height)];
      const [x, y] = [rng.uniform(0, width - w), rng.uniform(0, height - h)];
      boxes.push(x, y, x + w, y + h);
      const outline = [x, y + h / 3, x + w / 2, y, x + w, y + h / 2, x + w / 2, y + h, x + w / 4, y + h];
      polygons.push(Float32Array.from(index % 2 === 0 ? outline : []));
    }
    const classes = Int32Array.from({ length: count }, () => rng.integer(0, 3));
    return { image: { data, width, height }, boxes: Float32Array.from(boxes), classes, polygons };
  });
  return { length, load: async (index) => samples[index] as Sample };
}

const everything = {
  degrees: 20,
  translate: 0.2,
  shear: 5,
  perspective: 0.0005,
  flipud: 0.5,
  mixup: 0.5,
  copy_paste: 0.7,
};
const v5 = hypPresets["v5-scratch-high"];
const v8 = hypPresets.v8;
const alone = { mosaic: 0, mixup: 0, copy_paste: 0 };
const families: Record<string, Augmentation> = {
  v5: v5Augmentation(v5, { imgsz: IMGSZ }),
  "v5 with everything": v5Augmentation({ ...v5, ...everything }, { imgsz: IMGSZ }),
  "v5 without mosaic": v5Augmentation({ ...v5, ...everything, ...alone }, { imgsz: IMGSZ }),
  v8: v8Augmentation(v8, { imgsz: IMGSZ }),
  "v8 with everything": v8Augmentation({ ...v8, ...everything, cutmix: 0.5 }, { imgsz: IMGSZ }),
  "v8 with objects of other images": v8Augmentation(
    { ...v8, ...everything, copy_paste_mode: "mixup" },
    { imgsz: IMGSZ },
  ),
  "v8 without mosaic": v8Augmentation({ ...v8, ...everything, ...alone, cutmix: 0 }, { imgsz: IMGSZ }),
};

/**
 * Every sample is well formed: sizes, boxes inside, classes of the source, outlines inside their boxes. YOLOv5 leaves
 * outlines that the image's edge cuts.
 */
function expectWellFormed({ image, boxes, classes, polygons }: Sample, cutsOutlines: boolean): void {
  expect([image.width, image.height, image.data.length]).toEqual([IMGSZ, IMGSZ, IMGSZ * IMGSZ * 3]);
  expect(boxes.length).toBe(classes.length * 4);
  expect(classes.every((one) => one >= 0 && one < 3)).toBe(true);
  const wrong: number[] = [];
  for (let row = 0; row < classes.length; row++) {
    const [x1, y1, x2, y2] = boxes.subarray(row * 4, row * 4 + 4) as unknown as [number, number, number, number];
    const inside = x1 >= 0 && y1 >= 0 && x2 <= IMGSZ && y2 <= IMGSZ && x1 < x2 && y1 < y2;
    const low = [x1 - 0.01, y1 - 0.01] as const;
    const high = [x2 + 0.01, y2 + 0.01] as const;
    const outline = polygons?.[row] ?? new Float32Array(0);
    const around = outline.every((value, k) => value >= low[(k % 2) as 0 | 1] && value <= high[(k % 2) as 0 | 1]);
    if (!inside || (cutsOutlines && !around)) wrong.push(row);
  }
  expect(wrong).toEqual([]);
  if (polygons !== undefined) expect(polygons.length).toBe(classes.length);
}

describe.each(Object.entries(families))("%s", (name, augment) => {
  const source = randomSource(8, new Random("source"));
  const run = (seed: number): Promise<Sample> => augment(source, seed % 8, new Random("seed").fork("augment", 0, seed));

  it("returns well formed samples", async () => {
    let objects = 0;
    for (let seed = 0; seed < 40; seed++) {
      const sample = await run(seed);
      expectWellFormed(sample, name.startsWith("v8"));
      objects += sample.classes.length;
    }
    expect(objects).toBeGreaterThan(20);
  });

  it("produces the same bytes for the same seed and leaves the source as it is", async () => {
    const before = structuredClone(await Promise.all(Array.from({ length: 8 }, (_, i) => source.load(i))));
    const first = await run(3);
    // Others in between, and at once, change nothing
    const [, second] = await Promise.all([run(4), run(3), run(5)]);
    expect(second).toEqual(first);
    expect((await run(11)).image).not.toEqual(first.image);
    expect(await Promise.all(Array.from({ length: 8 }, (_, i) => source.load(i)))).toEqual(before);
  });

  it.runIf(name.includes("without mosaic"))("never adds an object", async () => {
    for (let seed = 0; seed < 40; seed++) {
      const { classes } = await run(seed);
      const original = [...(await source.load(seed % 8)).classes];
      for (const one of classes) {
        expect(original).toContain(one);
        original.splice(original.indexOf(one), 1);
      }
    }
  });
});

describe("mosaics of YOLOv8", () => {
  it("show the same, with the same objects, of images that have no more rows than were asked for", async () => {
    const source = randomSource(8, new Random("rows"));
    const count = { whole: 0, top: 0 };
    const load: SampleSource["load"] = async (index, rows = Number.POSITIVE_INFINITY) => {
      const sample = await source.load(index);
      const { width, height } = sample.image;
      count[rows < height ? "top" : "whole"]++;
      if (rows >= height) return sample;
      const data = sample.image.data.subarray(0, rows * width * 3);
      return { ...sample, image: { data, width, height: rows }, whole: { width, height } };
    };
    for (const hyp of [
      v8,
      { ...v8, ...everything, cutmix: 0.5, copy_paste: 0 },
      { ...v8, scale: 0.9, translate: 0.9 },
    ]) {
      const augment = v8Augmentation(hyp, { imgsz: IMGSZ });
      for (let seed = 0; seed < 15; seed++) {
        const [all, some] = [source, { ...source, load }].map((from) => augment(from, seed % 8, new Random(seed)));
        const [{ image, ...objects }, { image: other, ...others }] = [(await all) as Sample, (await some) as Sample];
        expect(Buffer.from(other.data).equals(image.data)).toBe(true);
        expect(others).toEqual(objects);
      }
    }
    expect(Math.min(count.whole, count.top)).toBeGreaterThan(50);
  });

  it("have all rows of their images where objects are copied between them", async () => {
    const source = randomSource(8, new Random("rows"));
    const asked: (number | undefined)[] = [];
    const load: SampleSource["load"] = (index, rows) => {
      asked.push(rows);
      return source.load(index);
    };
    const augment = v8Augmentation({ ...v8, mosaic: 1, copy_paste: 0.1 }, { imgsz: IMGSZ });
    await augment({ ...source, load }, 0, new Random(0));
    expect(asked).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe("pipelines", () => {
  const source = randomSource(5, new Random("letterbox"));
  const still = { hsv_h: 0, hsv_s: 0, hsv_v: 0, translate: 0, scale: 0, fliplr: 0 };
  const nothing = { ...v8, ...still, mosaic: 0 };

  it("letterbox and nothing else when every setting is 0", async () => {
    for (let i = 0; i < 5; i++) {
      const { image, boxes } = letterboxSample(await source.load(i), { size: IMGSZ }).sample;
      const result = await v8Augmentation(nothing, { imgsz: IMGSZ })(source, i, new Random(i));
      expect(result.image).toEqual(image);
      expectClose(result.boxes, boxes, { abs: 0.1 });
    }
  });

  it.each([
    ["v5", v5Augmentation({ ...v5, ...everything, mosaic: 1 }, { imgsz: IMGSZ, canvas: { width: 64, height: 48 } })],
    [
      "v8",
      v8Augmentation(
        { ...v8, ...everything, copy_paste: 0, cutmix: 1 },
        { imgsz: IMGSZ, canvas: { width: 64, height: 48 } },
      ),
    ],
  ])("fill a canvas with one image, in other colors and flipped, %s", async (_, augment) => {
    for (let seed = 0; seed < 10; seed++) {
      const { image, boxes, classes } = await augment(source, seed % 5, new Random(seed));
      expect([image.width, image.height]).toEqual([64, 48]);
      const original = [...(await source.load(seed % 5)).classes];
      for (const one of classes) original.splice(original.indexOf(one), 1);
      expect(original.length + classes.length).toBe((await source.load(seed % 5)).classes.length);
      expect(boxes.every((side, i) => side >= 0 && side <= (i % 2 === 0 ? 64 : 48))).toBe(true);
    }
  });

  it("letterbox to a canvas and flip when every other setting is 0", async () => {
    const canvas = { width: 64, height: 48 };
    for (const make of [
      () => v8Augmentation({ ...nothing, mosaic: 1, mixup: 1, cutmix: 1, fliplr: 1 }, { imgsz: IMGSZ, canvas }),
      () => v5Augmentation({ ...v5, ...still, mosaic: 1, mixup: 1, fliplr: 1 }, { imgsz: IMGSZ, canvas }),
    ]) {
      const { sample } = letterboxSample(await source.load(0), { size: [48, 64] });
      const { image } = await make()(source, 0, new Random(2));
      expect(image).toEqual(flipLeftRight(sample).image);
    }
  });

  it("do the user's own transforms last", async () => {
    const gray = (sample: Sample): Sample => ({
      ...sample,
      image: { ...sample.image, data: sample.image.data.map(() => 7) },
    });
    const result = await v8Augmentation(v8, { imgsz: IMGSZ, transforms: [gray] })(source, 0, new Random(1));
    expect(new Set(result.image.data)).toEqual(new Set([7]));
  });

  it("refuse a size that is none", () => {
    expect(() => v8Augmentation(v8, { imgsz: 0 })).toThrow(/imgsz must be a whole number/);
    expect(() => v5Augmentation(v5, { imgsz: 1.5 })).toThrow(/imgsz must be a whole number/);
  });
});

describe("flips", () => {
  it("are nothing when done twice", async () => {
    const source = randomSource(6, new Random("flips"));
    for (let i = 0; i < 6; i++) {
      const sample = await source.load(i);
      for (const flip of [flipLeftRight, flipUpDown]) {
        const twice = flip(flip(sample));
        expect(twice.image).toEqual(sample.image);
        expectClose(twice.boxes, sample.boxes, { abs: 1e-5 });
        expect(twice.classes).toEqual(sample.classes);
      }
    }
  });
});

describe("randomPerspective", () => {
  it("keeps the image's size and drops what is cut off", async () => {
    const source = randomSource(6, new Random("perspective"));
    const warp = randomPerspective({ degrees: 180, translate: 0.4, scale: 0.5 });
    for (let i = 0; i < 6; i++) {
      const sample = await source.load(i);
      const result = warp(sample, new Random(i));
      expect([result.image.width, result.image.height]).toEqual([sample.image.width, sample.image.height]);
      expect(result.classes.length).toBeLessThanOrEqual(sample.classes.length);
    }
  });
});

/** Rows of normalized center x, y, width, height as corners in pixels, and back. */
function corners(xywh: ArrayLike<number>, width: number, height: number): Float32Array {
  return Float32Array.from(xywh, (_, i) => {
    const row = i - (i % 4);
    const [axis, sign] = [i % 2, i % 4 < 2 ? -1 : 1];
    const center = xywh[row + axis] as number;
    return (center + (sign * (xywh[row + axis + 2] as number)) / 2) * (axis === 0 ? width : height);
  });
}

describeGolden("flips of YOLOv8", ["v8/augment/flips.safetensors"], () => {
  const tensors = goldenTensors("v8/augment/flips.safetensors");
  const of = (name: string): GoldenTensor => tensors[name] as GoldenTensor;
  it.each([
    ["left_right", flipLeftRight],
    ["up_down", flipUpDown],
  ] as const)("%s", (name, flip) => {
    const image = goldenImage(of("input_bgr"));
    const { width, height } = image;
    const boxes = corners(of("boxes_xywh_normalized").data, width, height);
    const result = flip({ image, boxes, classes: new Int32Array(4) });
    expect(result.image).toEqual(goldenImage(of(`${name}.output_bgr`)));
    expectClose(result.boxes, corners(of(`${name}.boxes_xywh_normalized`).data, width, height), { abs: 1e-4 });
  });
});

describeGolden("the reader of YOLOv5 with flips", ["v5/augment/flip.json", "v5/augment/flip.safetensors"], () => {
  const tensors = goldenTensors("v5/augment/flip.safetensors");
  const still: V5Hyp = { ...v5, ...alone, hsv_h: 0, hsv_s: 0, hsv_v: 0, translate: 0, scale: 0, fliplr: 0 };
  // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
  for (const [name, run] of Object.entries<any>(goldenJson("v5/augment/flip.json"))) {
    it(name, async () => {
      const of = (role: string): GoldenTensor => tensors[run.tensors[role]] as GoldenTensor;
      const boxesOf = (role: string, width: number, height: number): Float32Array => {
        const rows = of(role).data.filter((_, i) => i % 5 > 0);
        return corners(rows, width, height);
      };
      const image = goldenImage(of("input"));
      const boxes = boxesOf("labels", image.width, image.height);
      const classes = Int32Array.from({ length: boxes.length / 4 }, (_, i) => of("labels").data[i * 5] as number);
      const augment = v5Augmentation({ ...still, flipud: run.flipud, fliplr: run.fliplr }, { imgsz: run.img_size });
      const source = { length: 1, load: async () => ({ image, boxes, classes }) };
      const result = await augment(source, 0, new Random(0));
      expect(result.image).toEqual(goldenImage(of("output")));
      expectClose(result.boxes, boxesOf("output_labels", run.img_size, run.img_size), { abs: 1e-3 });
      expect(result.classes).toEqual(classes);
    });
  }
});
