import { enterTestDevice, expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { decodeAnchorBased } from "./anchor-based.ts";

await enterTestDevice("javascript");

describe("decodeAnchorBased", () => {
  it("decodes zeros to cell centers and anchors, rows running over anchor, y, x", async () => {
    const anchors = [tf.tensor2d([1, 2, 3, 4], [2, 2])];
    const boxes = decodeAnchorBased([tf.zeros([1, 1, 2, 12])], { anchors, strides: [8] });
    expect(boxes.shape).toEqual([1, 4, 6]);
    const expected = [
      [4, 4, 8, 16, 0.5, 0.5],
      [12, 4, 8, 16, 0.5, 0.5],
      [4, 4, 24, 32, 0.5, 0.5],
      [12, 4, 24, 32, 0.5, 0.5],
    ].flat();
    expectClose(await boxes.data(), expected, { abs: 1e-5 });
  });

  it("keeps centers within one and a half cells and sizes within four anchors", async () => {
    const options = { anchors: [tf.tensor2d([2, 2], [1, 2])], strides: [4] };
    const decoded = (logit: number) => decodeAnchorBased([tf.fill([1, 1, 1, 6], logit) as tf.Tensor4D], options).data();
    expectClose(await decoded(100), [6, 6, 32, 32, 1, 1], { abs: 1e-4 });
    expectClose(await decoded(-100), [-2, -2, 0, 0, 0, 0], { abs: 1e-4 });
  });
});
