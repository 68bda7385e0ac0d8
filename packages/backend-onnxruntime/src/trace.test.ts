import { serializeModel } from "@lookonce/onnx";
import * as tf from "@tensorflow/tfjs-core";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { registerOnnxRuntime, trace } from "./index.ts";

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

describe("trace", () => {
  it("writes a function of tensors as a model that gives the same numbers", async () => {
    const weight = tf.randomNormal([3, 3, 2, 4], 0, 1, "float32", 3) as tf.Tensor4D;
    const run = (x: tf.Tensor): tf.Tensor[] => {
      const y = tf.sigmoid(tf.conv2d(x as tf.Tensor4D, weight, 1, "same"));
      return [y, tf.mean(y, [1, 2])];
    };
    const model = await trace((x) => run(x!), {
      inputs: [{ name: "images", shape: [1, 5, 6, 2] }],
      outputNames: ["maps", "means"],
      metadata: { task: "test" },
    });
    const before = tf.memory().numTensors;
    const session = await InferenceSession.create(serializeModel(model));
    expect([session.inputNames, session.outputNames]).toEqual([["images"], ["maps", "means"]]);
    const input = tf.randomNormal([1, 5, 6, 2], 0, 1, "float32", 4);
    const data = (await input.data()) as Float32Array;
    const got = await session.run({ images: new Tensor("float32", data, [1, 5, 6, 2]) });
    const reference = tf.tidy(() => run(input));
    const expected = await Promise.all(reference.map((tensor) => tensor.data()));
    tf.dispose(reference);
    (got.maps!.data as Float32Array).forEach((v, i) => {
      expect(v).toBeCloseTo(expected[0]![i]!, 5);
    });
    (got.means!.data as Float32Array).forEach((v, i) => {
      expect(v).toBeCloseTo(expected[1]![i]!, 5);
    });
    expect(tf.memory().numTensors).toBe(before + 1);
  });

  it("refuses another backend", async () => {
    await import("@tensorflow/tfjs-backend-cpu");
    await tf.setBackend("cpu");
    await expect(trace(() => [], { inputs: [] })).rejects.toThrow(/needs the onnxruntime backend.*"cpu"/);
    await tf.setBackend("onnxruntime");
  });
});
