import { describeGolden, expectClose, type GoldenTensor, goldenTensors } from "@lookonce/testing";
import { describe, expect, it } from "vitest";
import { decodeRotatedMaps } from "./decode-rotated-maps.ts";

const strides = [8, 16, 32];

/** Raw maps [1, h, w, outputs] of maps [1, outputs, h, w] and the angles of all anchors, whose logits come last. */
function mapsOf(raw: readonly GoldenTensor[], angles: ArrayLike<number>) {
  let first = 0;
  return raw.map(({ data, shape: [, outputs = 0, height = 0, width = 0] }) => {
    const cells = height * width;
    const own = first;
    first += cells;
    const values = Float32Array.from({ length: cells * (outputs + 1) }, (_, i) => {
      const [cell, channel] = [Math.floor(i / (outputs + 1)), i % (outputs + 1)];
      if (channel < outputs) return data[channel * cells + cell]!;
      const share = angles[own + cell]! / Math.PI + 0.25;
      return Math.log(share / (1 - share));
    });
    return { data: values, shape: [1, height, width, outputs + 1] };
  });
}

describeGolden("decoding of rotated boxes", ["tasks/e2e/obb/forward.safetensors"], () => {
  it("of all anchors, as YOLOv8's head does", () => {
    const { decoded, angle, raw_0, raw_1, raw_2 } = goldenTensors("tasks/e2e/obb/forward.safetensors");
    const maps = mapsOf([raw_0!, raw_1!, raw_2!], angle!.data);
    const nc = decoded!.shape[1]! - 5;
    const { data, shape, anchors } = decodeRotatedMaps(maps, { nc, strides, regMax: 16, anchors: [], extras: 1 }, 0);
    const count = decoded!.shape[2]!;
    expect(shape).toEqual([1, count, nc + 5]);
    expect([...anchors]).toEqual(Array.from({ length: count }, (_, i) => i));
    const expected = (channel: number) => decoded!.data.slice(channel * count, (channel + 1) * count);
    const column = (channel: number) => Array.from({ length: count }, (_, i) => data[i * (nc + 5) + channel]!);
    for (let channel = 0; channel < 4; channel++) expectClose(column(channel), expected(channel), { abs: 5e-3 });
    for (let channel = 4; channel < 4 + nc; channel++) expectClose(column(channel), expected(channel), { abs: 1e-5 });
    expectClose(column(4 + nc), expected(4 + nc), { abs: 1e-4 });
  });
});

describe("decodeRotatedMaps", () => {
  it("turns the offset of a box from its cell, on every level, and leaves boxes that do not pass out", () => {
    // One bin on each side: distances 1 to the left, 3 to the right, 0 above and below; the angle π/2
    const bins = (distance: number) => Array.from({ length: 16 }, (_, i) => (i === distance ? 50 : 0));
    const cell = [...bins(1), ...bins(0), ...bins(3), ...bins(0), 4, Math.log(3)];
    const quiet = [...cell.slice(0, 64), -9, 0];
    const maps = [
      { data: Float32Array.from([...quiet, ...quiet, ...cell, ...quiet]), shape: [1, 2, 2, 66] },
      { data: Float32Array.from(cell), shape: [1, 1, 1, 66] },
    ];
    const { data, anchors } = decodeRotatedMaps(
      maps,
      { nc: 1, strides: [8, 16], regMax: 16, anchors: [], extras: 1 },
      0.5,
    );
    expect([...anchors]).toEqual([2, 4]);
    const score = 1 / (1 + Math.exp(-4));
    // Right of its cell by 1 cell becomes below it by 1
    expectClose(data, [4, 20, 32, 0, score, Math.PI / 2, 8, 24, 64, 0, score, Math.PI / 2], { abs: 1e-4 });
  });
});
