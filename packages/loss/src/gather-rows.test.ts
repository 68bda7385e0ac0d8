import { enterTestDevice } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { gatherRows } from "./gather-rows.ts";
import { values } from "./test-device.ts";

await enterTestDevice("javascript");

describe("gatherRows", () => {
  const rows = tf.tensor1d([2, 0, 2], "int32");

  it("gathers rows in the order asked for", async () => {
    const x = tf.tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    expect([...(await values(gatherRows(x, rows)))]).toEqual([5, 6, 1, 2, 5, 6]);
  });

  it("adds up the gradients of a row taken twice and leaves the others 0", async () => {
    const weights = tf.tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const gradient = tf.grad((x) => tf.sum(tf.mul(gatherRows(x, rows), weights)));
    expect([...(await values(gradient(tf.zeros([4, 2]))))]).toEqual([3, 4, 0, 0, 6, 8, 0, 0]);
  });
});
