import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { findBlockSize } from "./graph/block-size.ts";
import { currentBackend, flush, registerOnnxRuntime } from "./index.ts";

vi.mock(import("./graph/block-size.ts"), async (original) => {
  return { findBlockSize: vi.fn((await original()).findBlockSize) };
});

beforeAll(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

describe("compiled graphs", () => {
  it("are freed, the one unused for longest first, when they need more memory than the budget", async () => {
    await registerOnnxRuntime({ name: "small", memoryBudget: 2e7 });
    await tf.setBackend("small");
    const run = async (side: number): Promise<number> => {
      const x = tf.tensor2d(new Float32Array(side * side).fill(0.5), [side, side]);
      const y = tf.tidy(() => tf.sum(tf.exp(tf.matMul(x, tf.exp(x)))));
      await flush();
      tf.dispose([x, y]);
      return currentBackend()!.statistics.compiled;
    };
    // Each size works on some 36 MB: the first has to be compiled again afterwards, the last has not.
    const first = await run(1730);
    const second = await run(1731);
    expect(await run(1731)).toBe(second);
    expect(await run(1730)).toBeGreaterThan(second);
    expect(second).toBeGreaterThan(first);
    await tf.setBackend("onnxruntime");
    tf.removeBackend("small");
  });

  it("ask for operators on blocks of channels only where they have images: a device starts faster", async () => {
    vi.mocked(findBlockSize).mockClear();
    await tf.sum(tf.square(tf.tensor1d([1, 2, 4]))).data();
    expect(findBlockSize).not.toHaveBeenCalled();
    await tf.square(tf.ones([1, 2, 2, 1])).data();
    expect(findBlockSize).toHaveBeenCalled();
  });

  it("are freed on demand, and compiled again when they are run again", async () => {
    const run = async (): Promise<number> => {
      const y = tf.tidy(() => tf.exp(tf.tensor1d([1, 2, 3])));
      await flush();
      y.dispose();
      return currentBackend()!.statistics.compiled;
    };
    const once = await run();
    expect(await run()).toBe(once);
    await currentBackend()!.freeGraphs();
    expect(await run()).toBe(once + 1);
  });
});

describe("the lazy backend", () => {
  it("computes nothing until a value is asked for", async () => {
    const before = currentBackend()!.statistics.runs;
    const sum = tf.add(tf.tensor1d([1, 2]), tf.tensor1d([3, 4]));
    const product = tf.mul(sum, sum);
    expect(currentBackend()!.statistics.runs).toBe(before);
    expect([...(await product.data())]).toEqual([16, 36]);
    expect(currentBackend()!.statistics.runs).toBe(before + 1);
    // The other living tensor was computed in the same run.
    expect([...(await sum.data())]).toEqual([4, 6]);
    expect(currentBackend()!.statistics.runs).toBe(before + 1);
  });

  it("compiles a structure once and promotes a constant that changes to an input", async () => {
    const x = tf.variable(tf.range(0, 40));
    await flush();
    const { compiled } = currentBackend()!.statistics;
    const results: number[] = [];
    for (let i = 0; i < 5; i++) {
      const y = tf.tidy(() => tf.sum(tf.mul(x, tf.scalar(i))));
      results.push((await y.data())[0]!);
      y.dispose();
    }
    expect(results).toEqual([0, 780, 1560, 2340, 3120]);
    expect(currentBackend()!.statistics.compiled - compiled).toBe(2);
  });

  it("leaves nothing of a step behind but what is alive", async () => {
    const w = tf.variable(tf.randomNormal([3, 3, 3, 4], 0, 0.1, "float32", 1) as tf.Tensor4D);
    const x = tf.randomNormal([2, 8, 8, 3], 0, 1, "float32", 2) as tf.Tensor4D;
    await flush();
    const step = async (): Promise<number> => {
      const loss = tf.tidy(() => {
        const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.conv2d(x, w, 2, "same"))) as tf.Scalar);
        w.assign(tf.sub(w, tf.mul(grads[w.name]!, 0.1)) as tf.Tensor4D);
        return value;
      });
      await flush();
      const [value] = await loss.data();
      loss.dispose();
      return value!;
    };
    const first = await step();
    const tensors = tf.memory().numTensors;
    const bytes = tf.memory().numBytes;
    let last = first;
    for (let i = 0; i < 20; i++) last = await step();
    expect(last).toBeLessThan(first);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(tf.memory().numBytes).toBe(bytes);
  });

  it("names a missing kernel and where to report it", () => {
    expect(() => tf.multinomial(tf.tensor1d([0.5, 0.5]), 3)).toThrow(/"Multinomial".*github\.com/s);
  });

  it("reports that values cannot be read synchronously before they are computed", () => {
    expect(() => tf.add(tf.tensor1d([1]), 1).dataSync()).toThrow(/await tensor\.data\(\)/);
  });
});
