import { Random } from "@lookonce/random";
import { enterTestDevice, expectClose } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { Classify } from "./classify.ts";

await enterTestDevice("javascript");

describe("dropout of classification", () => {
  const head = new Classify(3, 4);

  it("is nothing unless it is asked for", () => {
    expect(head.draw(2, new Random(1))).toEqual({});
  });

  it("is drawn for each image, the same from the same source, and keeps the mean", () => {
    head.dropout = 0.25;
    const { kept } = head.draw(8, new Random(1));
    expect(kept?.shape).toEqual([8, 1280]);
    const values = kept?.data ?? new Float32Array(0);
    expect([...new Set(values)].sort()).toEqual([0, Math.fround(1 / 0.75)]);
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(1, 1);
    expect(values.subarray(0, 1280)).not.toEqual(values.subarray(1280, 2560));
    expect(head.draw(8, new Random(1)).kept?.data).toEqual(values);
  });

  it("multiplies the vector that the classes come from", async () => {
    head.train();
    const x = tf.randomNormal([2, 4, 4, 4], 0, 1, "float32", 7) as tf.Tensor4D;
    const none = tf.zeros([2, 1280]);
    const bias = await head.linear.bias?.value.data();
    const [dropped] = head.forward([x], { kept: none }) as [tf.Tensor4D];
    expectClose((await dropped.data()) as Float32Array, [...(bias ?? []), ...(bias ?? [])], { abs: 1e-6 });
    const [whole] = head.forward([x], { kept: tf.ones([2, 1280]) }) as [tf.Tensor4D];
    const [plain] = head.forward([x]) as [tf.Tensor4D];
    expectClose((await whole.data()) as Float32Array, (await plain.data()) as Float32Array, { abs: 1e-6 });
  });
});
