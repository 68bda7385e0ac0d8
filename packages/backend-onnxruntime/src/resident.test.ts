import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { currentBackend, RecordedStep, registerOnnxRuntime } from "./index.ts";

/** Contents stay in the memory of a graphics card; there is none to stay in on the processor. */
describe.runIf(process.env.LOOKONCE_TEST_DEVICE === "webgpu")("variables that stay on the device", () => {
  beforeAll(async () => {
    await registerOnnxRuntime({ name: "onnxruntime-webgpu", executionProviders: ["webgpu", "cpu"] });
    await tf.setBackend("onnxruntime-webgpu");
  });

  /** A step of descent with momentum on Σ (w · x)², which is Σ w² · |x|² for each element of w. */
  function descent(start: number[]) {
    const w = tf.variable(tf.tensor1d(start));
    const velocity = tf.variable(tf.zerosLike(w));
    const step = new RecordedStep(
      ({ x }: { x: tf.Tensor1D }) => {
        const scale = tf.sum(tf.square(x));
        velocity.assign(tf.add(tf.mul(velocity, 0.5), tf.mul(tf.mul(w, 2), scale)));
        w.assign(tf.sub(w, tf.mul(velocity, 0.01)));
        return { square: tf.sum(tf.square(w)) };
      },
      [w, velocity],
    );
    return { w, velocity, step };
  }

  /** The same in JavaScript. */
  function expected(start: number[], scales: number[]): number[] {
    let w = start;
    let velocity = start.map(() => 0);
    for (const scale of scales) {
      velocity = velocity.map((v, i) => 0.5 * v + 2 * (w[i] as number) * scale);
      w = w.map((value, i) => value - 0.01 * (velocity[i] as number));
    }
    return w;
  }

  const input = (size: number): { data: Float32Array; shape: number[] } => ({
    data: new Float32Array(size).fill(1),
    shape: [size],
  });

  it("are not on the host between steps, and are when they are read", async () => {
    const start = [1, -2, 3];
    const { w, velocity, step } = descent(start);
    for (let i = 0; i < 3; i++) await step.run({ x: input(2) });
    const backend = currentBackend()!;
    const values = [w, velocity].map((variable) => backend.value(variable));
    expect(values.map(({ data, resident }) => [data, resident?.tensor.location])).toEqual([
      [undefined, "gpu-buffer"],
      [undefined, "gpu-buffer"],
    ]);
    const read = await w.data();
    expected(start, [2, 2, 2]).forEach((value, i) => {
      expect(read[i]).toBeCloseTo(value, 4);
    });
  });

  it("come to the host before their graph is freed", async () => {
    const start = [3, -1, 0.25];
    const { w, velocity, step } = descent(start);
    for (let i = 0; i < 2; i++) await step.run({ x: input(2) });
    await step.free();
    expected(start, [2, 2]).forEach((value, i) => {
      expect(currentBackend()!.value(w).data?.[i]).toBeCloseTo(value, 4);
    });
    await step.run({ x: input(2) });
    await currentBackend()!.freeGraphs();
    await step.run({ x: input(2) });
    const values = await w.data();
    expected(start, [2, 2, 2, 2]).forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 4);
    });
    expect((await velocity.data()).length).toBe(3);
  });

  it("go on where they were after reading, other shapes, and computing with them outside the step", async () => {
    const start = [0.5, 4];
    const { w, step } = descent(start);
    await step.run({ x: input(2) });
    await step.run({ x: input(5) });
    const doubled = tf.mul(w, 2);
    await step.run({ x: input(2) });
    await w.data();
    await step.run({ x: input(5) });
    const after = expected(start, [2, 5, 2, 5]);
    const [values, before] = [await w.data(), await doubled.data()];
    expected(start, [2, 5]).forEach((value, i) => {
      expect(before[i]).toBeCloseTo(2 * value, 4);
      expect(values[i]).toBeCloseTo(after[i] as number, 4);
    });
  });
});
