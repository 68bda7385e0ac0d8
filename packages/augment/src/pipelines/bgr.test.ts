import { hypPresets } from "@lookonce/config";
import { blankImage } from "@lookonce/image";
import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { v8Augmentation } from "./v8-augmentation.ts";

describe("bgr", () => {
  const sample = {
    image: blankImage({ width: 16, height: 16 }, [200, 100, 50]),
    boxes: Float32Array.of(2, 2, 12, 12),
    classes: Int32Array.of(0),
  };
  const source = { length: 1, load: async () => sample };
  const still = hypPresets["v8-no-augmentation"];

  it.each([
    [0, [200, 100, 50]],
    [1, [50, 100, 200]],
  ])("swaps red and blue with probability %d", async (bgr, color) => {
    const { image, boxes } = await v8Augmentation({ ...still, bgr }, { imgsz: 16 })(source, 0, new Random(1));
    expect([...image.data.subarray(0, 3)]).toEqual(color);
    expect([...boxes]).toEqual([2, 2, 12, 12]);
  });
});
