import { serializeModel } from "@lookonce/onnx";
import * as tf from "@tensorflow/tfjs-core";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { enterScope, recordCalls, registerOnnxRuntime, trace } from "./index.ts";

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

describe("trace", () => {
  it.each([20, 17])("writes a function of tensors as a model with the same numbers, opset %i", async (opset) => {
    const weight = tf.randomNormal([3, 3, 2, 4], 0, 1, "float32", 3) as tf.Tensor4D;
    const run = (x: tf.Tensor): tf.Tensor[] => {
      const y = tf.sigmoid(tf.conv2d(x as tf.Tensor4D, weight, 1, "same"));
      return [y, tf.mean(y, [1, 2])];
    };
    const model = await trace((x) => run(x!), {
      inputs: [{ name: "images", shape: [1, 5, 6, 2] }],
      outputNames: ["maps", "means"],
      metadata: { task: "test" },
      opset,
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

  it("names nodes by scope, and constants by `names`", async () => {
    const weight = tf.tensor4d(new Float32Array(2 * 3).fill(0.5), [1, 1, 2, 3]);
    const run = (x: tf.Tensor): tf.Tensor[] => {
      const leave = enterScope("net/0");
      const leaveInner = enterScope("net/0/conv");
      const y = tf.conv2d(x as tf.Tensor4D, weight, 1, "same");
      leaveInner();
      const z = tf.add(tf.sigmoid(y), tf.sigmoid(tf.slice(x, [0, 0, 0, 0], [1, 1, 1, 1])));
      leave();
      return [tf.abs(z)];
    };
    const inputs = [{ name: "images", shape: [1, 5, 6, 2] }];
    const { graph } = await trace((x) => run(x!), { inputs, names: new Map([["net.0.weight", weight]]) });
    expect(graph.initializers.get("net.0.weight")?.shape).toEqual([1, 1, 2, 3]);
    const names = graph.nodes.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["net/0/conv/Conv_0", "net/0/Sigmoid_0", "net/0/Sigmoid_1", "Abs_0"]));

    const calls = await recordCalls((x) => run(x!), {
      inputs,
      outputNames: ["out"],
      names: new Map([["net/0/weight", weight]]),
    });
    expect(calls.map(({ name, kernel, inputs, outputs }) => [name, kernel, inputs, outputs[0]?.shape])).toEqual([
      ["images", "Placeholder", [], [1, 5, 6, 2]],
      ["net/0/weight", "Const", [], [1, 1, 2, 3]],
      ["net/0/conv/Conv2D", "Conv2D", ["images", "net/0/weight"], [1, 5, 6, 3]],
      ["net/0/Sigmoid", "Sigmoid", ["net/0/conv/Conv2D"], [1, 5, 6, 3]],
      ["net/0/Slice", "Slice", ["images"], [1, 1, 1, 1]],
      ["net/0/Sigmoid_1", "Sigmoid", ["net/0/Slice"], [1, 1, 1, 1]],
      ["net/0/Add", "Add", ["net/0/Sigmoid", "net/0/Sigmoid_1"], [1, 5, 6, 3]],
      ["Abs", "Abs", ["net/0/Add"], [1, 5, 6, 3]],
      ["out", "Identity", ["Abs"], [1, 5, 6, 3]],
    ]);
  });

  it("records outputs that are inputs or constants, and calls of several outputs", async () => {
    const fixed = tf.tensor1d([1, 2]);
    const calls = await recordCalls((x) => [x!, fixed, tf.split(x!, 2)[1] as tf.Tensor], {
      inputs: [{ name: "x", shape: [4], dtype: "int32" }],
    });
    expect(calls.map(({ name, kernel, inputs }) => [name, kernel, inputs])).toEqual([
      ["x", "Placeholder", []],
      ["SplitV", "SplitV", ["x"]],
      ["output0", "Identity", ["x"]],
      ["Const", "Const", []],
      ["output1", "Identity", ["Const"]],
      ["output2", "Identity", ["SplitV:1"]],
    ]);
    expect(calls[1]?.outputs).toEqual([
      { shape: [2], dtype: "int32" },
      { shape: [2], dtype: "int32" },
    ]);
  });

  it("keeps the zeros of a padding before a pool of the largest, whatever is optimized away", async () => {
    const negate = tf.tensor4d([-1, 0, 0, -1], [1, 1, 2, 2]);
    const padding: [number, number][] = [
      [0, 0],
      [0, 1],
      [0, 1],
      [0, 0],
    ];
    const model = await trace(
      (x) => [tf.maxPool(tf.pad(tf.conv2d(x as tf.Tensor4D, negate, 1, "same"), padding), 2, 1, "valid")],
      { inputs: [{ name: "x", shape: [1, 2, 2, 2] }] },
    );
    const session = await InferenceSession.create(serializeModel(model), { graphOptimizationLevel: "all" });
    const data = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const { output0 } = await session.run({ x: new Tensor("float32", data, [1, 2, 2, 2]) });
    expect([...(output0!.data as Float32Array)].map((v) => v + 0)).toEqual([-1, -2, 0, 0, 0, 0, 0, 0]);
  });

  it("refuses another backend", async () => {
    await import("@tensorflow/tfjs-backend-cpu");
    await tf.setBackend("cpu");
    await expect(trace(() => [], { inputs: [] })).rejects.toThrow(/needs the onnxruntime backend.*"cpu"/);
    await tf.setBackend("onnxruntime");
  });
});
