import { describeGolden, enterTestDevice, expectClose, goldenJson, goldenTensors } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { differences, values } from "../test-device.ts";
import { makeAnchors } from "./anchors.ts";
import { xywhToXyxy, xyxyToXywh } from "./box-formats.ts";
import { decodeDistances, encodeDistances } from "./distances.ts";
import { expectedBin } from "./expected-bin.ts";

await enterTestDevice("javascript");

describe("makeAnchors", () => {
  it("lists cell centers level by level, row by row", async () => {
    const { points, strides } = makeAnchors(
      [
        [1, 2],
        [2, 1],
      ],
      [8, 16],
    );
    expect([...(await values(points))]).toEqual([0.5, 0.5, 1.5, 0.5, 0.5, 0.5, 0.5, 1.5]);
    expect([...(await values(strides))]).toEqual([8, 8, 16, 16]);
  });

  it("asks for one stride a level", () => {
    expect(() => makeAnchors([[1, 2]], [8, 16])).toThrow(/2 entries for 1 levels/);
  });
});

describe("distances", () => {
  const points = tf.tensor2d([
    [2.5, 3.5],
    [1.5, 0.5],
  ]);

  it("are taken from and added to points", async () => {
    const distances = tf.tensor3d([
      [
        [1, 2, 3, 4],
        [0, 0.5, 1, 1.5],
      ],
    ]);
    const boxes = decodeDistances(distances, points);
    expect([...(await boxes.data())]).toEqual([1.5, 1.5, 5.5, 7.5, 1.5, 0, 2.5, 2]);
    expectClose(await values(encodeDistances(boxes, points)), await distances.data(), { abs: 1e-6 });
  });

  it("are limited to what the bins can say", async () => {
    const boxes = tf.tensor3d([
      [
        [3, -40, 20, 3],
        [1, 0, 2, 1],
      ],
    ]);
    const expected = [0, 14.99, 14.99, 0, 0.5, 0.5, 0.5, 0.5];
    expectClose(await values(encodeDistances(boxes, points)), expected, { abs: 1e-6 });
    expectClose((await values(encodeDistances(boxes, points, 8))).subarray(1, 2), [6.99], { abs: 1e-6 });
  });

  it("carry the gradient to every side", async () => {
    const weights = tf.tensor3d([
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
    ]);
    const gradient = tf.grad((x) => tf.sum(tf.mul(decodeDistances(x, points), weights)));
    expect([...(await values(gradient(tf.zeros([1, 2, 4]))))]).toEqual([-1, -2, 3, 4, -5, -6, 7, 8]);
  });
});

describe("box formats", () => {
  it("turn into each other and back", async () => {
    const corners = tf.tensor2d([
      [1, 2, 5, 10],
      [0, 0, 0, 0],
    ]);
    const centers = xyxyToXywh(corners);
    expect([...(await centers.data())]).toEqual([3, 6, 4, 8, 0, 0, 0, 0]);
    expect([...(await values(xywhToXyxy(centers)))]).toEqual([...(await corners.data())]);
  });
});

describe("expectedBin", () => {
  it("is the middle of a flat distribution and the place of a sure one", async () => {
    const logits = tf.tensor2d([
      [0, 0, 0, 0],
      [-1e4, -1e4, 1e4, -1e4],
    ]);
    expectClose(await values(expectedBin(logits)), [1.5, 2], { abs: 1e-6 });
  });

  it("has the gradient that differences show", async () => {
    const f = (x: tf.Tensor) => tf.sum(tf.mul(expectedBin(x), tf.tensor1d([1, -2])));
    const point = [0.3, -1, 2, 0.7, 1, 0, -0.5, 0.2, 1.5, -2];
    const expected = await differences(f, { point, shape: [2, 5], step: 0.02 });
    expectClose(await values(tf.grad(f)(tf.tensor2d(point, [2, 5]))), expected, { abs: 1e-3 });
  });
});

describeGolden("anchors against the reference", ["v8/boxes/anchors.safetensors"], () => {
  it("are the same", async () => {
    const golden = goldenTensors("v8/boxes/anchors.safetensors");
    const cases: Record<string, { heights_widths: [number, number][]; strides: number[]; offset: number }> =
      goldenJson("v8/boxes/anchors.json");
    for (const [i, { heights_widths, strides, offset }] of Object.values(cases).entries()) {
      const grid = makeAnchors(heights_widths, strides, offset);
      expect(await values(grid.points)).toEqual(golden[`points_${i}`]!.data);
      expect(await values(grid.strides)).toEqual(golden[`strides_${i}`]!.data);
    }
  });
});

describeGolden("coders against the reference", ["v8/boxes/distances.safetensors", "v8/boxes/dfl.safetensors"], () => {
  const load = (file: string, name: string) => {
    const { shape, data } = goldenTensors(`v8/boxes/${file}.safetensors`)[name]!;
    return tf.tensor(data, shape);
  };

  it("decode distances", async () => {
    const boxes = decodeDistances(load("distances", "distances"), load("distances", "points") as tf.Tensor2D);
    const golden = goldenTensors("v8/boxes/distances.safetensors");
    expectClose(await values(xyxyToXywh(boxes)), golden.xywh!.data, { abs: 1e-5 });
    expectClose(await values(boxes), golden.xyxy!.data, { abs: 1e-5 });
  });

  it("encode distances", async () => {
    const boxes = load("distances", "target_xyxy");
    const actual = encodeDistances(boxes, load("distances", "points") as tf.Tensor2D);
    const goal = goldenTensors("v8/boxes/distances.safetensors").target_distances_reg_max_15!.data;
    expectClose(await values(actual), goal, { abs: 1e-5 });
  });

  it("take the mean bin", async () => {
    // Channels first there: [2, 4 · 16, 37].
    const logits = tf.transpose(tf.reshape(load("dfl", "logits"), [2, 4, 16, 37]), [0, 1, 3, 2]);
    const goal = goldenTensors("v8/boxes/dfl.safetensors").distances!.data;
    expectClose(await values(expectedBin(logits)), goal, { abs: 1e-4 });
  });
});
