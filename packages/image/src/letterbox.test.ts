import { describeGolden, type GoldenTensor, goldenJson, goldenTensors, hasShared, sharedPath } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { blankImage, type Image, letterbox, letterboxGeometry, readImage } from "./index.ts";

/** The golden files store images as HWC bytes (YOLOv8) or NCHW 0 to 1 (YOLOv5). */
function image({ shape, data }: GoldenTensor): Image {
  if (shape.length === 3) {
    return { data: Uint8Array.from(data), height: shape[0] as number, width: shape[1] as number };
  }
  const [, , height, width] = shape as [number, number, number, number];
  const bytes = Uint8Array.from({ length: data.length }, (_, i) =>
    Math.round(255 * (data[(i % 3) * height * width + Math.floor(i / 3)] as number)),
  );
  return { data: bytes, width, height };
}

// biome-ignore lint/suspicious/noExplicitAny: the golden file's own format
function cases(path: string): [string, any][] {
  return Object.entries(goldenJson(path));
}

/** The share of bytes that differ by more than 1, and the largest difference. */
function difference(a: Uint8Array, b: Uint8Array): { over: number; largest: number } {
  expect(a.length).toBe(b.length);
  let over = 0;
  let largest = 0;
  a.forEach((value, i) => {
    const d = Math.abs(value - (b[i] as number));
    if (d > 1) over++;
    largest = Math.max(largest, d);
  });
  return { over: over / a.length, largest };
}

describeGolden("letterbox of YOLOv8", ["v8/augment/letterbox.json", "v8/augment/letterbox.safetensors"], () => {
  const tensors = goldenTensors("v8/augment/letterbox.safetensors");
  for (const [i, run] of cases("v8/augment/letterbox.json")) {
    it(`case ${i}`, () => {
      const options = {
        size: run.new_shape,
        auto: run.auto,
        stride: run.stride,
        scaleUp: run.scaleup,
        scaleFill: run.scale_fill,
        center: run.center,
      };
      const find = (part: string): GoldenTensor => {
        const name = Object.keys(tensors).find((key) => key.startsWith(`${i}.`) && key.includes(part));
        return tensors[name as string] as GoldenTensor;
      };
      const result = letterbox(image(find("input")), options);
      const expected = image(find("output"));
      expect([result.image.height, result.image.width]).toEqual(run.output_height_width);
      expect(result.ratio).toEqual(run.ratio_width_height);
      expect(result.padding).toEqual(run.pad_left_top);
      expect(difference(result.image.data, expected.data).largest).toBeLessThanOrEqual(1);
    });
  }
});

describeGolden("letterbox of YOLOv5", ["v5/augment/letterbox.json", "v5/augment/letterbox.safetensors"], () => {
  const tensors = goldenTensors("v5/augment/letterbox.safetensors");
  for (const [name, run] of cases("v5/augment/letterbox.json")) {
    it(name, () => {
      const result = letterbox(image(tensors[run.tensors.input] as GoldenTensor), {
        size: run.new_shape,
        auto: run.auto,
        stride: run.stride,
        scaleUp: run.scaleup,
        scaleFill: run.scaleFill,
        fill: run.color,
      });
      const expected = image(tensors[run.tensors.output] as GoldenTensor);
      expect([result.image.height, result.image.width]).toEqual(run.output_hw);
      expect(result.ratio).toEqual(run.ratio_wh);
      expect(result.exactPadding).toEqual(run.pad_wh);
      expect(difference(result.image.data, expected.data)).toEqual({ over: 0, largest: expect.any(Number) });
    });
  }
});

describeGolden("a letterboxed batch of YOLOv5", ["v5/train/train.safetensors", "v5/train/train.json"], () => {
  const names: string[] = goldenJson("v5/train/train.json").pictures; // vocabulary-allow: pictures
  const pixels = 160 * 160;
  names.forEach((name, n) => {
    const path = `data/coco128/images/train2017/${name}`;
    const here = hasShared(path);
    it.skipIf(!here)(here ? name : `${name} (skipped: ../shared/${path} is not here)`, async () => {
      const { shape, data } = goldenTensors("v5/train/train.safetensors").images as GoldenTensor;
      const one = { shape: [1, ...shape.slice(1)], data: data.slice(n * pixels * 3, (n + 1) * pixels * 3) };
      const { image: boxed } = letterbox(await readImage(sharedPath(path)), { size: 160 });
      expect(boxed.data).toEqual(image(one).data);
    });
  });
});

describe("letterbox", () => {
  it("adds the odd pixel of the border at the right and the bottom", () => {
    const white = blankImage({ width: 4, height: 3 }, 255);
    const { image: boxed, padding, exactPadding } = letterbox(white, { size: [6, 4], scaleUp: false });
    expect(padding).toEqual([0, 1]);
    expect(exactPadding).toEqual([0, 1.5]);
    const rows = [0, 1, 2, 3, 4, 5].map((y) => boxed.data[y * 12]);
    expect(rows).toEqual([114, 255, 255, 255, 114, 114]);
  });

  it("never loses a thin image to rounding", () => {
    expect(letterboxGeometry({ width: 4000, height: 1 }, { size: 640 }).resized).toEqual({ width: 640, height: 1 });
  });

  it("refuses invalid sizes", () => {
    for (const size of [0, 1.5, Number.NaN]) {
      expect(() => letterbox(blankImage({ width: 2, height: 2 }), { size })).toThrow(/whole numbers of at least 1/);
    }
  });
});
