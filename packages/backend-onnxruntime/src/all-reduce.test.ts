import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import { allReduce, currentBackend, RecordedStep, registerOnnxRuntime, type SumOverRanks } from "./index.ts";

beforeEach(async () => {
  await registerOnnxRuntime({ threads: 1 });
  await tf.setBackend("onnxruntime");
});

/** Sums of ranks that run beside each other in this process, and what each call was given. */
function ranks(count: number): { sums: SumOverRanks[]; calls: { length: number; half: boolean }[][] } {
  let waiting: { numbers: Float32Array; done: () => void }[] = [];
  const calls: { length: number; half: boolean }[][] = Array.from({ length: count }, () => []);
  const sums = calls.map(
    (own): SumOverRanks =>
      (numbers, { half }) => {
        own.push({ length: numbers.length, half });
        return new Promise((done) => {
          waiting.push({ numbers, done });
          if (waiting.length < count) return;
          const total = numbers.map((_, i) => waiting.reduce((sum, each) => sum + each.numbers[i]!, 0));
          for (const each of waiting) each.numbers.set(total);
          for (const each of waiting) each.done();
          waiting = [];
        });
      },
  );
  return { sums, calls };
}

const vector = (...data: number[]) => ({ data: Float32Array.from(data), shape: [data.length] });

describe("allReduce", () => {
  it("sums over ranks what they compute, between the stages of a step", async () => {
    const { sums, calls } = ranks(3);
    const run = ({ x }: { x: tf.Tensor1D }) => {
      const square = tf.square(x);
      const sum = allReduce(square);
      const twice = allReduce(tf.mul(sum, x));
      // What one stage computes and others read, and a result that is a sum itself.
      return { mixed: tf.add(tf.mul(square, 10), twice), sum, first: tf.neg(square) };
    };
    const steps = sums.map((sumOverRanks) => new RecordedStep(run, [], { sumOverRanks }));
    for (const factor of [1, 2]) {
      const xs = [1, 2, 3].map((rank) => vector(rank * factor, factor));
      const results = await Promise.all(steps.map((step, rank) => step.run({ x: xs[rank]! })));
      for (const [rank, { mixed, sum, first }] of results.entries()) {
        const own = xs[rank]!.data;
        const total = [14 * factor ** 2, 3 * factor ** 2];
        expect([...sum]).toEqual(total);
        const products = [total[0]! * 6 * factor, total[1]! * 3 * factor];
        expect([...mixed]).toEqual([...own].map((value, i) => 10 * value ** 2 + products[i]!));
        expect([...first]).toEqual([...own].map((value) => -(value ** 2)));
      }
    }
    // Both runs of each rank: one call a stage.
    expect(calls).toEqual(
      Array.from({ length: 3 }, () => Array.from({ length: 4 }, () => ({ length: 2, half: false }))),
    );
  });

  it("has the sum over ranks of the gradients as its gradient", async () => {
    const { sums } = ranks(2);
    const steps = sums.map(
      (sumOverRanks, rank) =>
        new RecordedStep(
          ({ x }: { x: tf.Tensor1D }) => ({
            dx: tf.grad((z) => tf.sum(tf.mul(tf.square(allReduce(tf.square(z))), rank + 1)))(x),
          }),
          [],
          { sumOverRanks },
        ),
    );
    const [one, other] = await Promise.all([steps[0]!.run({ x: vector(1, -2) }), steps[1]!.run({ x: vector(3, 0.5) })]);
    // (1 + 2) · Σ (a² + b²)² by a is 3 · 2 · (a² + b²) · 2a.
    const slope = (a: number, b: number): number => 12 * (a ** 2 + b ** 2) * a;
    expect([...one!.dx]).toEqual([slope(1, 3), slope(-2, 0.5)]);
    expect([...other!.dx]).toEqual([slope(3, 1), slope(0.5, -2)]);
  });

  it("packs the sums of a stage into one call, those in half precision into another", async () => {
    const { sums, calls } = ranks(2);
    const w = [0, 1].map(() => tf.variable(tf.tensor1d([1, 2, 3])));
    const steps = sums.map(
      (sumOverRanks, rank) =>
        new RecordedStep(
          ({ x }: { x: tf.Tensor1D }) => {
            const part = allReduce(x, { half: true });
            const count = allReduce(tf.scalar(1));
            w[rank]!.assign(tf.div(tf.add(w[rank]!, part), count));
            return { max: allReduce(tf.max(x)) };
          },
          [w[rank]!],
          { sumOverRanks, sharedMemory: "steps" },
        ),
    );
    const before = currentBackend()!.statistics.compiled;
    for (const x of [1, 2]) {
      const results = await Promise.all(steps.map((step) => step.run({ x: vector(x, x, x) })));
      expect(results.map(({ max }) => max[0])).toEqual([2 * x, 2 * x]);
    }
    for (const { shape, size } of w) expect([shape, size]).toEqual([[3], 3]);
    expect([...(await w[0]!.data())]).toEqual([2.75 - 0.5 / 1 + 0, 3, 3.25].map((_, i) => ((1 + i + 2) / 2 + 4) / 2));
    expect(await w[1]!.data()).toEqual(await w[0]!.data());
    for (const own of calls) {
      expect(own.filter(({ half }) => half)).toEqual([3, 3].map((length) => ({ length, half: true })));
      // Two numbers, each at the beginning of a line of the cache.
      expect(own.filter(({ half }) => !half)).toEqual([17, 17].map((length) => ({ length, half: false })));
    }
    // Both ranks have the same two graphs.
    expect(currentBackend()!.statistics.compiled - before).toBe(2);
  });

  it("leaves every variable as it was when a sum fails, and can go on", async () => {
    const w = tf.variable(tf.scalar(1));
    const outcomes = [Promise.reject(new Error("rank 1 is gone")), Promise.resolve()];
    for (const outcome of outcomes) outcome.catch(() => {});
    const step = new RecordedStep(
      ({ x }: { x: tf.Scalar }) => {
        w.assign(tf.add(w, x));
        return { sum: allReduce(tf.add(x, 1)) };
      },
      [w],
      { sumOverRanks: () => outcomes.shift()! },
    );
    await expect(step.run({ x: 2 })).rejects.toThrow("rank 1 is gone");
    expect([...(await w.data())]).toEqual([1]);
    expect([...(await step.run({ x: 2 })).sum]).toEqual([3]);
    expect([...(await w.data())]).toEqual([3]);
  });

  it("leaves steps without sums as one graph, and says where sums cannot be computed", async () => {
    const w = tf.variable(tf.scalar(1));
    const before = currentBackend()!.statistics;
    const alone = new RecordedStep(({ x }: { x: tf.Scalar }) => ({ y: tf.add(x, w) }), [w], {
      sumOverRanks: () => Promise.reject(new Error("not called")),
    });
    expect([...(await alone.run({ x: 2 })).y]).toEqual([3]);
    const { compiled, runs } = currentBackend()!.statistics;
    expect([compiled - before.compiled, runs - before.runs]).toEqual([1, 1]);
    const outside = allReduce(tf.scalar(2));
    await expect(outside.data()).rejects.toMatchObject({ code: "ARGUMENT" });
    const without = new RecordedStep(({ x }: { x: tf.Scalar }) => ({ y: allReduce(x) }), []);
    await expect(without.run({ x: 1 })).rejects.toThrow("without a function that computes such sums");
  });
});
