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
import { anchorPoints, distancesToXywh, distancesToXyxy, expectedDistances, xyxyToDistances } from "./anchor-free.ts";
import { xywhToXyxy, xyxyToXywh } from "./box-formats.ts";
import { cellPositions, countedCellPositions } from "./cell-positions.ts";

await enterTestDevice("javascript");

const tensor = ({ data, shape }: GoldenTensor): tf.Tensor => tf.tensor(data, shape);

describe("anchorPoints", () => {
  it("lists cell centers level by level, row by row", async () => {
    const { points, strides } = anchorPoints(
      [
        [1, 2],
        [2, 1],
      ],
      [8, 16],
    );
    expect([...(await points.data())]).toEqual([0.5, 0.5, 1.5, 0.5, 0.5, 0.5, 0.5, 1.5]);
    expect([...(await strides.data())]).toEqual([8, 8, 16, 16]);
  });

  it("asks for one stride a level", () => {
    expect(() => anchorPoints([[1, 2]], [8, 16])).toThrow(/2 entries for 1 levels/);
  });
});

describe("cell positions", () => {
  it.each([0.5, -0.5, 0])("are the same constant or counted, with offset %f", async (offset) => {
    const [constant, counted] = [cellPositions([3, 5], offset), countedCellPositions([3, 5], offset)];
    expect(constant.shape).toEqual([15, 2]);
    expect(counted.shape).toEqual([15, 2]);
    expect(await counted.data()).toEqual(await constant.data());
  });
});

describe("distances", () => {
  const points = tf.tensor2d([
    [2.5, 3.5],
    [1.5, 0.5],
  ]);

  it("become boxes around their point, and boxes distances", async () => {
    const distances = tf.tensor3d([
      [
        [1, 2, 3, 4],
        [0, 0.5, 1, 1.5],
      ],
    ]);
    const boxes = distancesToXyxy(distances, points);
    expect([...(await boxes.data())]).toEqual([1.5, 1.5, 5.5, 7.5, 1.5, 0, 2.5, 2]);
    expectClose(await xyxyToDistances(boxes, points).data(), await distances.data(), { abs: 1e-6 });
    expect([...(await distancesToXywh(distances, points).data())]).toEqual([3.5, 4.5, 4, 6, 2, 1, 1, 2]);
  });

  it("are limited to what the bins can express", async () => {
    const boxes = tf.tensor3d([
      [
        [3, -40, 20, 3],
        [1, 0, 2, 1],
      ],
    ]);
    const expected = [0, 14.99, 14.99, 0, 0.5, 0.5, 0.5, 0.5];
    expectClose(await xyxyToDistances(boxes, points).data(), expected, { abs: 1e-6 });
    expectClose((await xyxyToDistances(boxes, points, 8).data()).subarray(1, 2), [6.99], { abs: 1e-6 });
  });

  it("carry the gradient to every side", async () => {
    const weights = tf.tensor3d([
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
    ]);
    const gradient = tf.grad((x) => tf.sum(tf.mul(distancesToXyxy(x, points), weights)));
    expect([...(await gradient(tf.zeros([1, 2, 4])).data())]).toEqual([-1, -2, 3, 4, -5, -6, 7, 8]);
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
    expect([...(await xywhToXyxy(centers).data())]).toEqual([...(await corners.data())]);
  });
});

describe("expectedDistances", () => {
  it("is the middle of a flat distribution and the bin of a sure one", async () => {
    const logits = tf.tensor2d([
      [0, 0, 0, 0],
      [-1e4, -1e4, 1e4, -1e4],
    ]);
    expectClose(await expectedDistances(logits).data(), [1.5, 2], { abs: 1e-6 });
    expectClose(await expectedDistances(logits, tf.tensor1d([0, 2, 4, 6])).data(), [3, 4], { abs: 1e-6 });
  });

  it("has the gradient that the tape derives from the plain formula", async () => {
    const plain = (x: tf.Tensor) => tf.sum(tf.mul(tf.softmax(x), tf.range(0, 5)), -1);
    const weighted = (f: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) => tf.sum(tf.mul(f(x), tf.tensor1d([1, -2])));
    const logits = tf.tensor2d([0.3, -1, 2, 0.7, 1, 0, -0.5, 0.2, 1.5, -2], [2, 5]);
    const expected = await tf.grad(weighted(plain))(logits).data();
    expectClose(await tf.grad(weighted(expectedDistances))(logits).data(), expected, { abs: 1e-6 });
  });
});

describeGolden("anchors against the reference", ["v8/boxes/anchors.safetensors"], () => {
  const cases: Record<string, { heights_widths: [number, number][]; strides: number[]; offset: number }> =
    goldenJson("v8/boxes/anchors.json");
  it.each(Object.values(cases).map((one, i) => ({ ...one, i })))("are the same: grid $i", async (one) => {
    const golden = goldenTensors("v8/boxes/anchors.safetensors");
    const anchors = anchorPoints(one.heights_widths, one.strides, one.offset);
    expect(await anchors.points.data()).toEqual(golden[`points_${one.i}`]?.data);
    expect(await anchors.strides.data()).toEqual(golden[`strides_${one.i}`]?.data);
  });
});

describeGolden("coders against the reference", ["v8/boxes/distances.safetensors", "v8/boxes/dfl.safetensors"], () => {
  const golden = goldenTensors("v8/boxes/distances.safetensors");
  const of = (name: string): GoldenTensor => golden[name] as GoldenTensor;
  const points = tensor(of("points")) as tf.Tensor2D;

  it("decode distances to corners", async () => {
    const boxes = distancesToXyxy(tensor(of("distances")), points);
    expectClose(await boxes.data(), of("xyxy").data, { abs: 1e-5 });
    expectClose(await xyxyToXywh(boxes).data(), of("xywh").data, { abs: 1e-5 });
  });

  it("decode distances to centers and sizes", async () => {
    expectClose(await distancesToXywh(tensor(of("distances")), points).data(), of("xywh").data, { abs: 1e-5 });
  });

  it("encode distances", async () => {
    const actual = xyxyToDistances(tensor(of("target_xyxy")), points);
    expectClose(await actual.data(), of("target_distances_reg_max_15").data, { abs: 1e-5 });
  });

  it("compute the mean bin", async () => {
    const dfl = goldenTensors("v8/boxes/dfl.safetensors");
    // Channels first there: [2, 4 · 16, 37].
    const logits = tf.transpose(tf.reshape(tensor(dfl.logits as GoldenTensor), [2, 4, 16, 37]), [0, 1, 3, 2]);
    expectClose(await expectedDistances(logits).data(), (dfl.distances as GoldenTensor).data, { abs: 1e-4 });
  });
});
