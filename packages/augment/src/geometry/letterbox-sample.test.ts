import { blankImage } from "@lookonce/image";
import { expectClose } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { letterboxSample } from "../index.ts";

describe("letterboxSample", () => {
  it("moves boxes with the image", () => {
    const { sample, ratio } = letterboxSample(
      {
        image: blankImage({ width: 20, height: 10 }),
        boxes: Float32Array.of(2, 1, 20, 10),
        classes: Int32Array.of(3),
      },
      { size: 40 },
    );
    expect(ratio).toEqual([2, 2]);
    expectClose(sample.boxes, [4, 12, 40, 30], {});
    expect([...sample.classes]).toEqual([3]);
  });
});
