import { expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { differences, useTestDevice, values } from "../test-device.ts";
import { type SideTargets, sideLoss } from "./side-loss.ts";

useTestDevice();

/** Two anchors of stride 8 in an image of 64 × 32 pixels; the second one lies to the right of its box. */
const targets = (): SideTargets => ({
  corners: tf.tensor2d([
    [0.5, 1, 3.5, 3],
    [1, 1, 2, 3],
  ]),
  grid: {
    points: tf.tensor2d([
      [1.5, 1.5],
      [2.5, 1.5],
    ]),
    strides: tf.tensor2d([[8], [8]]),
  },
  size: [32, 64],
});

describe("sideLoss", () => {
  it("is of one bin the mean difference as a share of the image, of targets beyond the anchor, too", async () => {
    // Targets 1, 0.5, 2, 1.5 and 1.5, 0.5, −0.5, 1.5.
    const bins = tf.tensor3d([2, 0.5, 1, 2.5, 1.5, 0.25, 0, 1.5], [2, 4, 1]);
    const expected = [8 / 64 + 8 / 64 + 8 / 32, 2 / 32 + 4 / 64].map((sum) => sum / 4);
    expectClose(await values(sideLoss(bins, targets())), expected, { rel: 1e-6 });
  });

  it("has the gradient that differences show", async () => {
    const point = [2.3, -1, 20, 0.4, 0.2, 3, -2, 1.1];
    const f = (x: tf.Tensor) => tf.sum(tf.mul(sideLoss(x as tf.Tensor3D, targets()), tf.tensor1d([1, 3])));
    const expected = await differences(f, { point, shape: [2, 4, 1], step: 0.05 });
    expectClose(await values(tf.grad(f)(tf.tensor3d(point, [2, 4, 1]))), expected, { abs: 1e-4 });
    expect(expected.every((slope) => slope !== 0)).toBe(true);
  });

  it("is of several bins that of their distributions, in whatever size the images are", async () => {
    const bins = tf.tensor3d(
      Array.from({ length: 32 }, (_, i) => Math.sin(i)),
      [2, 4, 4],
    );
    const small = await values(sideLoss(bins, targets()));
    const large = await values(sideLoss(bins, { ...targets(), size: [320, 640] }));
    expect([...small]).toEqual([...large]);
  });
});
