import { Random } from "@lookonce/random";
import { describeGolden, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { centerCrop, centerSquare, fitImage } from "./fit-image.ts";
import { blankImage, type Image } from "./image.ts";
import { letterbox } from "./letterbox.ts";
import { resizeAntialiased } from "./resize-antialiased.ts";

/** An image of a tensor [height, width, 3]. */
function imageOf({
  data,
  shape: [height = 0, width = 0],
}: {
  data: ArrayLike<number>;
  shape: readonly number[];
}): Image {
  return { data: Uint8Array.from(data), width, height };
}

/** The bytes of a tensor [3, height, width] as an image's. */
function interleaved({ data, shape }: { data: ArrayLike<number>; shape: readonly number[] }): number[] {
  const [channels = 0, height = 0, width = 0] = shape;
  const cells = height * width;
  return Array.from({ length: data.length }, (_, i) => data[(i % channels) * cells + Math.floor(i / channels)]!);
}

function noise(width: number, height: number): Image {
  const rng = new Random(`${width} x ${height}`);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => rng.integer(0, 256)) };
}

describeGolden("center crop of YOLOv8", ["tasks/data/classify.json", "tasks/data/classify.safetensors"], () => {
  const tensors = goldenTensors("tasks/data/classify.safetensors");
  const { val } = goldenJson("tasks/data/classify.json");

  it.each([...(val as { size: number }[]).entries()])("%i: %o", (i, { size }) => {
    const found = centerCrop(imageOf(tensors[`val_${i}.input_rgb`]!), size);
    expect([...found.data]).toEqual(interleaved(tensors[`val_${i}.output_chw`]!));
  });
});

const v5 = ["tasks/v5/classify/settings.json", "tasks/v5/classify/transforms.safetensors"];

describeGolden("center square of YOLOv5", v5, () => {
  const tensors = goldenTensors("tasks/v5/classify/transforms.safetensors");
  const { runs, mean, std } = goldenJson("tasks/v5/classify/settings.json");

  it.each([...(runs as { size: number }[]).entries()])("%i: %o", (i, { size }) => {
    const { data } = centerSquare(imageOf(tensors[`${i}.input_bgr`]!), size);
    const normalized = Array.from(data, (_, k) => {
      const channel = k % 3;
      return (data[k - channel + 2 - channel]! / 255 - mean[channel]) / std[channel];
    });
    const level = 1 / 255 / 0.224;
    expectClose(normalized, interleaved(tensors[`${i}.output_chw_rgb_normalized`]!), { abs: 1.01 * level });
  });
});

describe("resizeAntialiased", () => {
  it("keeps one color, at any size", () => {
    const image = blankImage({ width: 37, height: 11 }, [200, 3, 255]);
    for (const size of [
      { width: 5, height: 40 },
      { width: 1, height: 1 },
      { width: 37, height: 2 },
    ]) {
      expect(resizeAntialiased(image, size)).toEqual(blankImage(size, [200, 3, 255]));
    }
  });

  it("computes a window as a part of the whole", () => {
    const image = noise(50, 31);
    const size = { width: 23, height: 40 };
    const whole = resizeAntialiased(image, size);
    const part = resizeAntialiased(image, size, { left: 4, top: 9, width: 11, height: 17 });
    const expected = Array.from({ length: 17 }, (_, y) => [
      ...whole.data.subarray(((9 + y) * 23 + 4) * 3, ((9 + y) * 23 + 15) * 3),
    ]).flat();
    expect([part.width, part.height]).toEqual([11, 17]);
    expect([...part.data]).toEqual(expected);
    const same = resizeAntialiased(image, image, { left: 4, top: 9, width: 3, height: 2 });
    expect([...same.data.subarray(0, 9)]).toEqual([...image.data.subarray((9 * 50 + 4) * 3, (9 * 50 + 7) * 3)]);
  });

  it("averages what it shrinks, where plain resizing picks", () => {
    const stripes = {
      width: 64,
      height: 8,
      data: Uint8Array.from({ length: 64 * 8 * 3 }, (_, i) => (Math.floor(i / 3) % 2) * 255),
    };
    const { data } = resizeAntialiased(stripes, { width: 8, height: 8 });
    for (const value of data.subarray(3, 21)) expect(Math.abs(value - 127.5)).toBeLessThan(2);
  });

  it("refuses sizes that are none", () => {
    expect(() => resizeAntialiased(noise(2, 2), { width: 0, height: 4 })).toThrow("at least 1 × 1, not 0 × 4");
  });
});

describe("fitImage", () => {
  it("letterboxes by default, without a copy where nothing changes", () => {
    const image = noise(40, 32);
    expect(fitImage(image, { size: 64 })).toEqual(letterbox(image, { size: 64 }));
    expect(fitImage(image, { size: [32, 40] }).image).toBe(image);
  });

  it.each(["center-crop", "center-square"] as const)("says where the image lies on a canvas of %s", (fit) => {
    // One white pixel in the middle, which stays in the middle
    const image = blankImage({ width: 90, height: 30 });
    image.data.fill(255, (15 * 90 + 45) * 3, (15 * 90 + 46) * 3);
    const { canvas, ratio, padding, image: found } = fitImage(image, { fit, size: 60 });
    expect(canvas).toEqual({ width: 60, height: 60 });
    expectClose(ratio, [2, 2], { abs: 1e-9 });
    expectClose(padding, [-60, 0], { abs: 1e-9 });
    const [x, y] = [45.5 * ratio[0] + padding[0], 15.5 * ratio[1] + padding[1]];
    expect(found.data[(Math.floor(y) * 60 + Math.floor(x)) * 3]).toBeGreaterThan(100);
  });

  it("computes only what stays of an image of one pixel's height", () => {
    const long = centerCrop(blankImage({ width: 60_000, height: 1 }, 77), 64);
    expect([long.width, long.height, long.data.every((value) => value === 77)]).toEqual([64, 64, true]);
    const tall = centerSquare(blankImage({ width: 1, height: 900 }, 5), 32);
    expect([tall.width, tall.height, tall.data.every((value) => value === 5)]).toEqual([32, 32, true]);
  });

  it("refuses sizes that are none", () => {
    expect(() => centerCrop(noise(4, 4), 0)).toThrow("at least 1 × 1");
    expect(() => centerSquare(noise(4, 4), 2.5)).toThrow("at least 1 × 1");
  });
});
