import { GraphBuilder } from "@lookonce/onnx";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { currentBackend, RecordedStep, registerOnnxRuntime } from "../../index.ts";
import type { Engine } from "../engine.ts";
import { loadEngine } from "./engine.ts";

// Node runs WebAssembly as browsers do; what needs a page is in browser.slow.test.ts.
describe("ONNX Runtime as WebAssembly", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await loadEngine({ executionProviders: ["cpu"] });
    await registerOnnxRuntime({ name: "onnxruntime-web", engine });
    await tf.setBackend("onnxruntime-web");
  });
  afterAll(() => tf.removeBackend("onnxruntime-web"));

  it("is loaded once", async () => {
    expect(await loadEngine({ executionProviders: ["cpu"] })).toBe(engine);
    expect(engine).toMatchObject({ processor: "wasm", version: expect.stringMatching(/^1\./) });
  });

  it("computes values and gradients", async () => {
    const image = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]);
    const filter = tf.ones([1, 1, 2, 1]) as tf.Tensor4D;
    const gradients = tf.grads((x) => tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, filter, 1, "same"))));
    const [gradient] = gradients([image]);
    expect([...((await gradient?.data()) ?? [])]).toEqual([6, 6, 14, 14, 22, 22, 30, 30]);
  });

  it("writes to the memory that it is given, where ONNX Runtime's own call leaves it as it was", async () => {
    const w = tf.variable(tf.tensor1d([1, 2]));
    const step = new RecordedStep(
      ({ x }: { x: tf.Tensor1D }) => {
        w.assign(tf.add(w, x));
        return { sum: tf.sum(w) };
      },
      [w],
    );
    const memory: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      const { sum } = await step.run({ x: { data: [1, 1], shape: [2] } });
      expect(sum[0]).toBe(3 + 2 * (i + 1));
      memory.push(currentBackend()?.value(w).data);
    }
    // The first contents are the caller's; from then on two arrays alternate.
    expect(memory[3]).toBe(memory[1]);
    expect([...(await w.data())]).toEqual([5, 6]);
  });

  it("drops the graphs unused for longest where all that they compute is more than the budget", async () => {
    await registerOnnxRuntime({ name: "small", engine, memoryBudget: 1500 });
    await tf.setBackend("small");
    // 400, 800, 1200 bytes
    for (const size of [100, 200, 300, 100]) await tf.square(tf.ones([size])).data();
    expect(currentBackend()?.statistics.compiled).toBe(4);
    await tf.square(tf.ones([100])).data();
    expect(currentBackend()?.statistics.compiled).toBe(4);
    await tf.setBackend("onnxruntime-web");
    tf.removeBackend("small");
  });

  it("says what ONNX Runtime says of a graph that it refuses", async () => {
    const graph = new GraphBuilder();
    graph.output(graph.node("NoSuch", [graph.input("x", "float32", [1])]), "float32", [1]);
    await expect(engine.compile(graph.build(), { executionProviders: ["cpu"] })).rejects.toMatchObject({
      code: "DEVICE",
      message: expect.stringContaining("ONNX Runtime refused a graph on cpu: "),
    });
  });
});
