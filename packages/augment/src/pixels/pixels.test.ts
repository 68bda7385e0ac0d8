import { blankImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { describeGolden, expectClose, type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { formulaImage, madeByOpencv } from "../color/test-opencv-cases.ts";
import type { Sample } from "../sample.ts";
import { goldenImage } from "../test-golden.ts";
import { boxBlur, drawBlurSize } from "./box-blur.ts";
import { applyCutout, drawCutout, type Patch } from "./cutout.ts";
import { applyJpegLoss, drawJpegQuality } from "./jpeg-quality.ts";
import { medianBlur } from "./median-blur.ts";
import { applyReplicas, drawReplicas } from "./replicate.ts";

/** Rows of class, then four numbers. */
function objects({ data, shape: [rows = 0] }: GoldenTensor): { boxes: Float32Array; classes: Int32Array } {
  return {
    boxes: Float32Array.from(data.filter((_, i) => i % 5 > 0)),
    classes: Int32Array.from({ length: rows }, (_, row) => data[row * 5] as number),
  };
}

/** A source of random numbers that returns recorded ones. */
class Recorded extends Random {
  readonly #values: number[];
  readonly limits: [number, number][] = [];
  constructor(values: readonly number[]) {
    super("recorded");
    this.#values = [...values];
  }
  override integer(low: number, high: number): number {
    this.limits.push([low, high - 1]);
    return this.#values.shift() as number;
  }
  override uniform(low = 0, high = 1): number {
    this.limits.push([low, high]);
    return this.#values.shift() as number;
  }
}

for (const version of ["cutout", "cutout_v70"]) {
  const paths = [`v5/augment/${version}.json`, `v5/augment/${version}.safetensors`] as const;
  describeGolden(`${version} of YOLOv5`, paths, () => {
    const tensors = goldenTensors(paths[1]);
    // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
    for (const [name, run] of Object.entries<any>(goldenJson(paths[0]))) {
      it(name, () => {
        const image = goldenImage(tensors[run.tensors.input] as GoldenTensor);
        const draws: [number, number, number][] = run.integer_draws;
        const rng = new Recorded(draws.map(([, , value]) => value));
        // The reference draws colors as blue, green, red
        const patches = drawCutout(image, rng).map(
          (patch): Patch => ({ ...patch, color: [...patch.color].reverse() as unknown as Patch["color"] }),
        );
        expect(rng.limits).toEqual(draws.map(([low, high]) => [low, high]));
        const labels = objects(tensors[run.tensors.labels] as GoldenTensor);
        const before = version === "cutout" ? labels.boxes : corners(labels.boxes, image);
        const result = applyCutout({ image, boxes: before, classes: labels.classes }, patches);
        expect(result.image).toEqual(goldenImage(tensors[run.tensors.output] as GoldenTensor));
        const kept = objects(tensors[run.tensors.output_labels] as GoldenTensor);
        const after = version === "cutout" ? kept.boxes : corners(kept.boxes, image);
        expect(result.classes).toEqual(kept.classes);
        expect(result.boxes).toEqual(after);
      });
    }
  });
}

function corners(boxes: Float32Array, { width, height }: { width: number; height: number }): Float32Array {
  return boxes.map((_, i) => {
    const axis = i % 2;
    const start = i - (i % 4) + axis;
    const half = (boxes[start + 2] as number) / 2;
    return ((boxes[start] as number) + (i % 4 < 2 ? -half : half)) * (axis === 0 ? width : height);
  });
}

describeGolden("replicate of YOLOv5", ["v5/augment/blend.json", "v5/augment/blend.safetensors"], () => {
  const tensors = goldenTensors("v5/augment/blend.safetensors");
  const run = goldenJson("v5/augment/blend.json").replicate;
  it("copies the smaller half", () => {
    const image = goldenImage(tensors[run.tensors.input] as GoldenTensor);
    const sample: Sample = { image, ...objects(tensors[run.tensors.labels] as GoldenTensor) };
    const rng = new Recorded(run.draws.map((draw: { value: number }) => draw.value));
    const result = applyReplicas(sample, drawReplicas(sample, rng));
    expect(rng.limits).toEqual(run.draws.map((draw: { arguments: number[] }) => draw.arguments));
    expect(result.image).toEqual(goldenImage(tensors[run.tensors.output] as GoldenTensor));
    const expected = objects(tensors[run.tensors.output_labels] as GoldenTensor);
    expect(result.classes).toEqual(expected.classes);
    expectClose(result.boxes, expected.boxes, { abs: 1e-3 });
  });
});

const samples = (): Sample => ({
  image: formulaImage(),
  boxes: Float32Array.of(1, 1, 4, 5, 5, 2, 9, 6),
  classes: Int32Array.of(3, 8),
  polygons: [Float32Array.of(1, 1, 4, 3, 2, 5), new Float32Array(0)],
});

describe("cutout", () => {
  it("drops what one patch hides to 60 % or more, with its polygon", () => {
    const hide = (x2: number, share = 0.5): Patch => ({ x1: 0, y1: 0, x2, y2: 7, color: [70, 80, 90], share });
    const patched = applyCutout(samples(), [hide(3)]);
    expect([...patched.classes]).toEqual([8]);
    expect([...patched.boxes]).toEqual([5, 2, 9, 6]);
    expect(patched.polygons).toEqual([new Float32Array(0)]);
    expect([...patched.image.data.subarray(0, 3)]).toEqual([70, 80, 90]);
    expect(applyCutout(samples(), [hide(2)]).classes).toHaveLength(2);
    expect(applyCutout(samples(), [hide(3, 0.02)]).classes).toHaveLength(2);
  });
  it("stays inside the image", () => {
    for (const size of [formulaImage(), { width: 1, height: 1 }, { width: 640, height: 33 }]) {
      const patches = drawCutout(size, new Random("cutout"));
      expect(patches).toHaveLength(31);
      for (const { x1, y1, x2, y2, share } of patches) {
        expect(Math.min(x1, y1)).toBeGreaterThanOrEqual(0);
        expect(x2).toBeLessThanOrEqual(size.width);
        expect(y2).toBeLessThanOrEqual(size.height);
        expect(x2 - x1).toBeLessThanOrEqual(Math.max(1, size.width * share));
        expect(y2 - y1).toBeLessThanOrEqual(Math.max(1, size.height * share));
      }
    }
  });
});

describe("replicate", () => {
  it("copies image, class and polygon", () => {
    const sample = samples();
    const result = applyReplicas(sample, [{ row: 0, x: 6, y: 2 }]);
    expect([...result.classes]).toEqual([3, 8, 3]);
    expect([...result.boxes.subarray(8)]).toEqual([6, 2, 9, 6]);
    expect([...(result.polygons?.[2] ?? [])]).toEqual([6, 2, 9, 4, 7, 6]);
    const pixel = (data: Uint8Array, x: number, y: number): number[] => [...data.slice((y * 10 + x) * 3).slice(0, 3)];
    expect(pixel(result.image.data, 8, 5)).toEqual(pixel(sample.image.data, 3, 4));
  });
  it("copies whole patches although they overlap", () => {
    const sample = samples();
    const result = applyReplicas(sample, [{ row: 0, x: 1, y: 2 }]);
    const rows = (data: Uint8Array, top: number): number[][] =>
      [0, 1, 2, 3].map((k) => [...data.slice(((top + k) * 10 + 1) * 3).slice(0, 9)]);
    expect(rows(result.image.data, 2)).toEqual(rows(sample.image.data, 1));
  });
  it("passes over boxes without a pixel, and copes with those that leave the image", () => {
    const sample = { ...samples(), boxes: Float32Array.of(4, 4, 4, 4, -5, -5, 30, 30) };
    expect(drawReplicas(sample, new Random(1))).toEqual([]);
    const { boxes } = applyReplicas(sample, [{ row: 1, x: 0, y: 0 }]);
    expect([...boxes.subarray(8)]).toEqual([0, 0, 10, 7]);
  });
});

describe("blurs", () => {
  it("produce OpenCV's bytes", () => {
    expect(boxBlur(formulaImage(), 3).data).toEqual(madeByOpencv("blur3"));
    expect(boxBlur(formulaImage(), 7).data).toEqual(madeByOpencv("blur7"));
    expect(medianBlur(formulaImage(), 3).data).toEqual(madeByOpencv("median3"));
    expect(medianBlur(formulaImage(), 7).data).toEqual(madeByOpencv("median7"));
  });
  it("of size 1 are nothing, and images may be smaller than their square", () => {
    expect(boxBlur(formulaImage(), 1)).toEqual(formulaImage());
    expect(medianBlur(formulaImage(), 1)).toEqual(formulaImage());
    const dot = blankImage({ width: 1, height: 2 }, [5, 6, 7]);
    expect(boxBlur(dot, 7)).toEqual(dot);
    expect(medianBlur(dot, 7)).toEqual(dot);
  });
  it("draw odd sizes, each of them", () => {
    const rng = new Random("blur");
    expect(new Set(Array.from({ length: 60 }, () => drawBlurSize([3, 7], rng)))).toEqual(new Set([3, 5, 7]));
    expect(() => drawBlurSize([3, 6], rng)).toThrow("odd number");
    expect(() => medianBlur(formulaImage(), 4)).toThrow("must be an odd number such as 3, 5 or 7, not 4.");
  });
});

describe("JPEG quality", () => {
  it("loses what OpenCV's JPEG files lose", () => {
    expect(applyJpegLoss(formulaImage(), 30).data).toEqual(madeByOpencv("jpeg30"));
    expect(applyJpegLoss(formulaImage(), 75).data).toEqual(madeByOpencv("jpeg75"));
    expect(applyJpegLoss(formulaImage(), 96).data).toEqual(madeByOpencv("jpeg96"));
  });
  it("accepts whole numbers from 1 to 100", () => {
    for (const quality of [0, 101, 80.5, Number.NaN]) {
      expect(() => applyJpegLoss(formulaImage(), quality)).toThrow("whole number from 1 to 100");
    }
    expect(drawJpegQuality([80, 80], new Random(1))).toBe(80);
  });
});
