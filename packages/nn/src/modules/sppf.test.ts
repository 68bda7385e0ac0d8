import { describeGolden, enterTestDevice, expectClose, type GoldenTensor, goldenTensors } from "@lookonce/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { loadStateDict, MaxPool2d, SPPF } from "../index.ts";

beforeAll(() => enterTestDevice("javascript"));

const golden = "v5/spp/spp.safetensors";

describeGolden("SPPF", [golden], () => {
  it("equals pools of 5, 9 and 13 side by side", async () => {
    const tensors = goldenTensors(golden);
    const { input, output_spp: expected } = tensors as Record<string, GoldenTensor>;
    const weights = Object.entries(tensors).flatMap(([name, tensor]) =>
      name.startsWith("weights.") ? [[name.slice("weights.".length), tensor] as const] : [],
    );
    const module = new SPPF(32, expected?.shape[1] as number).eval();
    loadStateDict(module, new Map(weights));
    const x = tf.transpose(
      tf.tensor4d(input?.data as Float32Array, input?.shape as [number, number, number, number]),
      [0, 2, 3, 1],
    );
    const y = tf.transpose(module.forward(x), [0, 3, 1, 2]);
    expectClose(await y.data(), expected?.data as Float32Array, { abs: 1e-5 });
    for (const kernel of [5, 9, 13]) {
      const pooled = tf.transpose(new MaxPool2d(kernel, { stride: 1 }).forward(x), [0, 3, 1, 2]);
      expect(await pooled.data()).toEqual(tensors[`pool${kernel}`]?.data);
    }
  });
});

describe("MaxPool2d", () => {
  it("counts padding as minus infinity and steps by its stride", async () => {
    const x = tf.tensor4d([-1, -2, -3, -4, -5, -6, -7, -8, -9], [1, 3, 3, 1]);
    expect(Array.from(await new MaxPool2d(3, { stride: 2 }).forward(x).data())).toEqual([-1, -2, -4, -5]);
    expect(Array.from(await new MaxPool2d(2, { padding: 0 }).forward(x).data())).toEqual([-1]);
    expect(Array.from(await new MaxPool2d(3, { stride: 1 }).forward(x).data())).toEqual([
      -1, -1, -2, -1, -1, -2, -4, -4, -5,
    ]);
  });
});
