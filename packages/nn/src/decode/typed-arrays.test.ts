import { decodeMaps, type HeadSpec } from "@lookonce/geometry";
import { Random } from "@lookonce/random";
import { enterTestDevice, expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { decodeAnchorBased } from "./anchor-based.ts";
import { decodeAnchorFree } from "./anchor-free.ts";

await enterTestDevice("javascript");

const strides = [8, 16];
const shapes: readonly [height: number, width: number][] = [
  [6, 10],
  [3, 5],
];
const anchors: HeadSpec["anchors"] = [
  [
    [1.25, 1.625],
    [2, 3.75],
  ],
  [
    [1.875, 3.8125],
    [3.875, 2.8125],
  ],
];

interface TestHead {
  name: string;
  head: HeadSpec;
  outputs: number;
  decode: (raw: tf.Tensor4D[]) => tf.Tensor3D;
}

const sizes = anchors.map((level) => tf.tensor2d(level.flat(), [2, 2]));

const heads: TestHead[] = [
  {
    name: "anchor-free",
    head: { nc: 3, strides, regMax: 16, anchors: [] },
    outputs: 4 * 16 + 3,
    decode: (raw) => decodeAnchorFree(raw, { strides, regMax: 16 }),
  },
  {
    name: "anchor-free with extras",
    head: { nc: 3, strides, regMax: 16, anchors: [], extras: 5 },
    outputs: 4 * 16 + 3 + 5,
    decode: (raw) => decodeAnchorFree(raw, { strides, regMax: 16, extras: { count: 5 } }),
  },
  {
    name: "anchor-based",
    head: { nc: 3, strides, regMax: 0, anchors },
    outputs: 2 * (5 + 3),
    decode: (raw) => decodeAnchorBased(raw, { strides, anchors: sizes }),
  },
  {
    name: "anchor-based with extras",
    head: { nc: 3, strides, regMax: 0, anchors, extras: 4 },
    outputs: 2 * (5 + 3 + 4),
    decode: (raw) => decodeAnchorBased(raw, { strides, anchors: sizes, extras: 4 }),
  },
];

describe.each(heads)("$name decoding of random maps", ({ head, outputs, decode }) => {
  const rng = new Random(`decode ${outputs}`);
  const maps = shapes.map(([height, width]) => ({
    data: Float32Array.from({ length: height * width * outputs }, () => 4 * rng.normal()),
    shape: [1, height, width, outputs],
  }));

  it.each([0, 0.25, 0.9])("is the same in tensors and in typed arrays above confidence %f", async (conf) => {
    const tensors = maps.map(({ data, shape }) => tf.tensor4d(data, shape as [number, number, number, number]));
    const decoded = decode(tensors);
    const [, anchorCount, channels] = decoded.shape;
    const all = (await decoded.data()) as Float32Array;
    const found = decodeMaps(maps, head, conf);
    expect(found.hasObjectness).toBe(head.anchors.length > 0);
    expect(found.shape).toEqual([1, found.anchors.length, channels]);
    const [classes, objectness] = head.anchors.length > 0 ? [5, (row: Float32Array) => row[4] ?? 0] : [4, () => 1];
    const end = classes + head.nc;
    const scores = (row: Float32Array) => Array.from(row.subarray(classes, end), (value) => value * objectness(row));
    const passing = Array.from({ length: anchorCount }, (_, i) => i).filter((i) =>
      scores(all.subarray(i * channels, (i + 1) * channels)).some((score) => score > conf),
    );
    expect([...found.anchors]).toEqual(passing);
    found.anchors.forEach((anchor, i) => {
      const row = found.data.subarray(i * channels, (i + 1) * channels);
      const expected = all.slice(anchor * channels, (anchor + 1) * channels);
      // Classes that do not pass are left at 0.
      const isLeftOut = (value: number, c: number) => c >= classes && c < end && value * objectness(expected) <= conf;
      expectClose(
        row,
        expected.map((value, c) => (isLeftOut(value, c) ? 0 : value)),
        { abs: 1e-4 },
      );
    });
  });
});

describe("a map of prototypes behind the levels' maps", () => {
  it("comes with the prediction, as does the shape of keypoints", () => {
    const maps = shapes.map(([height, width]) => {
      return { data: new Float32Array(height * width * 71).fill(9), shape: [1, height, width, 71] };
    });
    const prototypes = { data: Float32Array.from({ length: 12 * 20 * 4 }, (_, i) => i), shape: [1, 12, 20, 4] };
    const head = { nc: 3, strides, regMax: 16, anchors: [], extras: 4, keypointShape: [2, 2] } as const;
    const found = decodeMaps([...maps, prototypes], head, 0.5);
    expect(found.prototypes).toEqual({ data: prototypes.data, shape: [12, 20, 4] });
    expect([found.shape, found.extras, found.keypointShape]).toEqual([[1, 75, 11], 4, [2, 2]]);
    expect(decodeMaps(maps, head, 0.5).prototypes).toBeUndefined();
  });
});
