import { blankImage, type Image } from "@lookonce/image";
import { describe, expect, it } from "vitest";
import { boxesSvg } from "./boxes-svg.ts";
import { drawDetections } from "./draw-detections.ts";
import { classColor, hex } from "./palette.ts";
import { type Shapes, scaledShapes } from "./shapes.ts";

const quiet = { labels: false, scores: false, frames: false };

function drawable(shapes: Shapes, count = 1) {
  return {
    detections: {
      boxes: Float32Array.from({ length: 4 * count }, (_, i) => [10, 10, 50, 50][i % 4] as number),
      scores: new Float32Array(count).fill(0.9),
      classes: Int32Array.from({ length: count }, (_, i) => i),
      count,
    },
    names: [],
    ...shapes,
  };
}

function at({ data, width }: Image, x: number, y: number): number[] {
  const i = 3 * (y * width + x);
  return [...data.subarray(i, i + 3)];
}

const square = (from: number, to: number): Float32Array => Float32Array.of(from, from, to, from, to, to, from, to);

describe("masks", () => {
  it("let the image through, have an outline in the box's color, and leave their holes out", async () => {
    const image = blankImage({ width: 60, height: 60 }, 200);
    const drawn = await drawDetections(image, drawable({ masks: [[square(10, 50), square(25, 35)]] }), quiet);
    const color = classColor(0);
    expect(at(drawn, 30, 30)).toEqual([200, 200, 200]);
    expect(at(drawn, 5, 30)).toEqual([200, 200, 200]);
    at(drawn, 17, 30).forEach((value, i) => {
      expect(Math.abs(value - (200 + 0.42 * ((color[i] as number) - 200)))).toBeLessThanOrEqual(2);
    });
    at(drawn, 10, 30).forEach((value, i) => {
      expect(Math.abs(value - (color[i] as number))).toBeLessThan(
        Math.abs(at(drawn, 17, 30)[i]! - (color[i] as number)) + 1,
      );
    });
  });

  it("lie below frames and labels, and are not there for detections without", () => {
    const svg = boxesSvg({ width: 60, height: 60 }, drawable({ masks: [[square(10, 50)], []] }, 2), {});
    expect(svg.match(/fill-rule/g)).toHaveLength(1);
    expect(svg.indexOf("fill-rule")).toBeLessThan(svg.indexOf("<rect"));
  });
});

describe("keypoints", () => {
  const person = Float32Array.from({ length: 17 * 3 }, (_, i) => (i % 3 === 2 ? 0.9 : 5 + i));

  it("are joined to a skeleton where there are a person's 17, but for those that are hardly visible", () => {
    const count = (data: Float32Array, shape: readonly [number, number]): [lines: number, points: number] => {
      const svg = boxesSvg({ width: 60, height: 60 }, drawable({ keypoints: { data, shape } }), quiet);
      return [(svg.match(/<line/g) ?? []).length / 2, (svg.match(/<circle/g) ?? []).length];
    };
    expect(count(person, [17, 3])).toEqual([19, 17]);
    const nose = person.map((value, i) => (i === 2 ? 0.2 : value));
    expect(count(nose, [17, 3])).toEqual([17, 16]);
    expect(count(person.subarray(0, 12), [4, 3])).toEqual([0, 4]);
    expect(count(Float32Array.of(0, 0, 4, 5), [2, 2])).toEqual([0, 1]);
  });

  it("have colors of their own", () => {
    const svg = boxesSvg(
      { width: 60, height: 60 },
      drawable({ keypoints: { data: Float32Array.of(3, 4, 9, 8), shape: [2, 2] } }),
      quiet,
    );
    for (const label of [0, 1]) expect(svg).toContain(hex(classColor(label)));
  });
});

describe("scaledShapes", () => {
  it("scales points, and keeps visibilities", () => {
    const keypoints = { data: Float32Array.of(1, 2, 0.5), shape: [1, 3] as const };
    const scaled = scaledShapes({ masks: [[Float32Array.of(1, 2)]], keypoints }, [2, 3]);
    expect(scaled.masks).toEqual([[Float32Array.of(2, 6)]]);
    expect(scaled.keypoints?.data).toEqual(Float32Array.of(2, 6, 0.5));
    expect(scaledShapes({}, [2, 2])).toEqual({});
  });
});
