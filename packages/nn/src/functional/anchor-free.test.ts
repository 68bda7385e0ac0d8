import {
  describeGolden,
  enterTestDevice,
  expectClose,
  type GoldenTensor,
  goldenJson,
  goldenTensors,
} from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { anchorPoints, distancesToXywh, distancesToXyxy, expectedDistances } from "./anchor-free.ts";

await enterTestDevice("javascript");

const tensor = ({ data, shape }: GoldenTensor): tf.Tensor => tf.tensor(data, shape);

describeGolden("anchor-free decoding", ["v8/boxes/anchors.safetensors", "v8/boxes/dfl.safetensors"], () => {
  it.each([0, 1])("places the anchors of grid %i", async (i) => {
    const golden = goldenTensors("v8/boxes/anchors.safetensors");
    const { heights_widths: grids, strides } = goldenJson("v8/boxes/anchors.json")[`grid_${i}`];
    const anchors = anchorPoints(grids, strides);
    expect(await anchors.points.data()).toEqual(golden[`points_${i}`]?.data);
    expect(await anchors.strides.data()).toEqual(golden[`strides_${i}`]?.data);
  });

  it("turns distances into boxes", async () => {
    const golden = goldenTensors("v8/boxes/distances.safetensors");
    const distances = tensor(golden.distances as GoldenTensor) as tf.Tensor3D;
    const points = tensor(golden.points as GoldenTensor) as tf.Tensor2D;
    expectClose(await distancesToXywh(distances, points).data(), (golden.xywh as GoldenTensor).data, { abs: 1e-5 });
    expectClose(await distancesToXyxy(distances, points).data(), (golden.xyxy as GoldenTensor).data, { abs: 1e-5 });
  });

  it("takes the expectation over the bins", async () => {
    const golden = goldenTensors("v8/boxes/dfl.safetensors");
    const logits = tf.transpose(tensor(golden.logits as GoldenTensor), [0, 2, 1]) as tf.Tensor3D;
    const expected = tf.transpose(tensor(golden.distances as GoldenTensor), [0, 2, 1]);
    const bins = tf.range(0, 16);
    expectClose(await expectedDistances(logits, bins).data(), await expected.data(), { abs: 1e-4 });
  });
});

describe("anchor-free decoding by hand", () => {
  it("counts x before y and rows before levels", async () => {
    const { points, strides } = anchorPoints(
      [
        [1, 2],
        [1, 1],
      ],
      [8, 16],
    );
    expect(Array.from(await points.data())).toEqual([0.5, 0.5, 1.5, 0.5, 0.5, 0.5]);
    expect(Array.from(await strides.data())).toEqual([8, 8, 16]);
  });

  it("gives the middle for even bins, and boxes around their point", async () => {
    const distances = expectedDistances(tf.zeros([1, 1, 16]), tf.range(0, 4));
    expectClose(await distances.data(), [1.5, 1.5, 1.5, 1.5], { abs: 1e-6 });
    const sides = tf.tensor3d([1, 2, 3, 6], [1, 1, 4]);
    const point = tf.tensor2d([10, 20], [1, 2]);
    expect(Array.from(await distancesToXyxy(sides, point).data())).toEqual([9, 18, 13, 26]);
    expect(Array.from(await distancesToXywh(sides, point).data())).toEqual([11, 22, 4, 8]);
  });
});
