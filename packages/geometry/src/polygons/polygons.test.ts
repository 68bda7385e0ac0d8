import { Random } from "@lookonce/random";
import { describeGolden, expectClose, type GoldenTensor, goldenJson, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { fillPolygon, overlapMasks, polygonBox, resamplePolygon, sampleOutline, separateMasks } from "../index.ts";

describeGolden("polygons", ["tasks/pieces/polygons.json", "tasks/pieces/polygons.safetensors"], () => {
  const tensors = goldenTensors("tasks/pieces/polygons.safetensors");
  const { segment_to_box: boxes, ...images } = goldenJson("tasks/pieces/polygons.json");
  // biome-ignore lint/suspicious/noExplicitAny: the golden file's own form
  for (const [name, image] of Object.entries<any>(images)) {
    const of = (role: string): GoldenTensor => tensors[`${name}.${role}`] as GoldenTensor;
    const [height, width] = image.height_width;
    const polygons = Array.from({ length: image.polygons }, (_, i) => of(`polygon_${i}`).data as Float32Array);

    it.each([1, 2, 4])(`image ${name}: masks, %d times smaller`, (ratio) => {
      const size = { width, height, ratio };
      polygons.forEach((polygon, i) => {
        expect(bytes(separateMasks([polygon], size))).toEqual(bytes(of(`mask_${i}.ratio_${ratio}`).data));
      });
      const dense = resamplePolygon(polygons[1] as Float32Array, 1000);
      if (ratio === 4) expect(bytes(separateMasks([dense], size))).toEqual(bytes(of("mask_dense_1.ratio_4").data));
    });

    it.each([1, 4])(`image ${name}: all masks, %d times smaller`, (ratio) => {
      const size = { width, height, ratio };
      const dense = polygons.map((polygon) => resamplePolygon(polygon, 1000));
      expect(bytes(separateMasks(dense, size))).toEqual(bytes(of(`separate.ratio_${ratio}`).data));
      const { map, order } = overlapMasks(dense, size);
      expect([...order]).toEqual([...of(`overlap_order.ratio_${ratio}`).data]);
      expect(bytes(map)).toEqual(bytes(of(`overlap.ratio_${ratio}`).data));
    });

    it(`image ${name}: boxes`, () => {
      polygons.forEach((polygon, i) => {
        const dense = resamplePolygon(polygon, 1000);
        expectClose(polygonBox(dense, { width, height }), image.segment_to_box_inside_picture_xyxy[i], { abs: 1e-3 }); // vocabulary-allow: picture
      });
    });
  }

  it("boxes of polygons around and outside the image", () => {
    for (const { points, width, height, xyxy } of boxes) {
      expect(polygonBox(points.flat(), { width, height })).toEqual(xyxy);
    }
  });
});

describeGolden("resamplePolygon", ["tasks/pieces/resample.json", "tasks/pieces/resample.safetensors"], () => {
  const tensors = goldenTensors("tasks/pieces/resample.safetensors");
  goldenJson("tasks/pieces/resample.json").runs.forEach((run: { points: number; asked: number }, i: number) => {
    it(`${run.points} points to ${run.asked}`, () => {
      const polygon = tensors[`${i}.points`]?.data as Float32Array;
      // YOLOv8 asks for fewer points than there are nowhere: then for as many as the longest polygon has
      const points =
        run.points > run.asked ? sampleOutline(polygon, run.asked, true) : resamplePolygon(polygon, run.asked);
      expectClose(points, tensors[`${i}.resampled`]?.data as Float32Array, { abs: 1e-4 });
    });
  });
});

describe("resamplePolygon", () => {
  it("keeps every corner, whatever the number of points", () => {
    const rng = new Random("resample");
    for (let corners = 1; corners < 9; corners++) {
      const polygon = Float32Array.from({ length: corners * 2 }, () => rng.uniform(0, 50));
      for (let count = corners; count < 14; count++) {
        const points = resamplePolygon(polygon, count);
        expect(points.length).toBe(count * 2);
        const known = new Set(Array.from({ length: count }, (_, i) => `${points.subarray(i * 2, i * 2 + 2)}`));
        for (let i = 0; i < corners; i++) expect(known).toContain(`${polygon.subarray(i * 2, i * 2 + 2)}`);
      }
      expect(resamplePolygon(polygon, corners - 1)).toBe(polygon);
    }
    expect(resamplePolygon(new Float32Array(0), 5).length).toBe(0);
  });
});

describe("fillPolygon", () => {
  it("marks the same pixels wherever the image's edges are, but for those beside the outline", () => {
    const rng = new Random("fill");
    for (let run = 0; run < 60; run++) {
      const polygon = Float32Array.from({ length: 2 * rng.integer(1, 9) }, () => Math.trunc(rng.uniform(-40, 60)));
      const small = new Uint8Array(20 * 16);
      fillPolygon(small, { width: 20, height: 16 }, polygon);
      const large = new Uint8Array(120 * 120);
      fillPolygon(
        large,
        { width: 120, height: 120 },
        polygon.map((value) => value + 50),
      );
      const at = (x: number, y: number): number => large[(50 + y) * 120 + 50 + x] as number;
      const wrong = small.filter((inside, i) => {
        const [x, y] = [i % 20, Math.floor(i / 20)];
        const around = [-1, 0, 1].flatMap((v) => [-1, 0, 1].map((u) => at(x + u, y + v)));
        return !around.includes(inside);
      });
      expect(wrong.length).toBe(0);
    }
  });

  it("needs no time for what reaches far outside, and none for what is no number", () => {
    const mask = new Uint8Array(100);
    for (let i = 0; i < 500; i++) {
      fillPolygon(mask, { width: 10, height: 10 }, [-1e30, -1e30, 1e30, -1e30, 1e30, 1e30, -1e30, 1e30]);
    }
    expect(mask.every((one) => one === 1)).toBe(true);
    expect(separateMasks([[Number.NaN, 1, 3, 4, 5, 9]], { width: 10, height: 10, ratio: 1 }).some(Boolean)).toBe(false);
    expect(separateMasks([[], [20, 20, 30, 20, 30, 30]], { width: 10, height: 10, ratio: 1 }).some(Boolean)).toBe(
      false,
    );
  });
});

describe("masks", () => {
  const square = (x: number, y: number, side: number): number[] => [x, y, x + side, y, x + side, y + side, x, y + side];

  it("shrink by the mean of what lies around a pixel's center, for ratios that do not divide the sides, too", () => {
    const size = { width: 11, height: 8, ratio: 3 };
    const mask = separateMasks([square(0, 0, 4)], size);
    // Centers of three columns lie at 1.33, 5 and 8.67, of two rows at 1.5 and 5.5
    expect([...mask]).toEqual([1, 0, 0, 0, 0, 0]);
    expect([...separateMasks([square(0, 0, 5)], size)]).toEqual([1, 1, 0, 1, 1, 0]);
  });

  it("store more objects than a byte, small ones above large ones and empty ones first", () => {
    const polygons = Array.from({ length: 300 }, (_, i) => square(0, 0, i % 150));
    polygons[7] = [];
    const { map, order } = overlapMasks(polygons, { width: 160, height: 160, ratio: 1 });
    expect(map).toBeInstanceOf(Uint16Array);
    expect([...order.subarray(0, 3)]).toEqual([7, 149, 299]);
    expect([...order.subarray(-2)]).toEqual([0, 150]);
    // The last of the smallest lies on top, the first of the largest is hidden by its equal
    expect(map[0]).toBe(300);
    expect(map[149 * 160 + 149]).toBe(3);
  });

  it("refuse sizes without a pixel", () => {
    expect(() => overlapMasks([], { width: 3, height: 8, ratio: 4 })).toThrow(/a mask needs a pixel/);
    expect(() => separateMasks([], { width: 8, height: 8, ratio: 1.5 })).toThrow(/whole numbers/);
  });
});

/** Compact: a failing comparison of arrays prints every element. */
function bytes(values: ArrayLike<number>): string {
  return Array.from(values).join("");
}
