import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import { currentBackend, RecordedStep, registerOnnxRuntime } from "./index.ts";

beforeEach(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

/** A step of gradient descent on (w · x − y)², with the rate as an input. */
function descent(): { w: tf.Variable; calls: () => number; step: RecordedStep } {
  const w = tf.variable(tf.tensor1d([1, -2, 3]));
  let calls = 0;
  const step = new RecordedStep(
    (x, y, rate) => {
      calls++;
      const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(tf.sub(tf.mul(w, x!), y!))), [w]);
      w.assign(tf.sub(w, tf.mul(grads[w.name]!, rate!)));
      return [value];
    },
    [w],
  );
  return { w, calls: () => calls, step };
}

const inputs = (rate: number, size = 3) => [
  { data: Float32Array.from({ length: size }, (_, i) => i + 1), shape: [size] },
  { data: Float32Array.from({ length: size }, () => 0.5), shape: [size] },
  { data: [rate], shape: [] },
];

describe("RecordedStep", () => {
  it("can be freed, and then goes on as before", async () => {
    const { w, calls, step } = descent();
    const twin = descent();
    const backend = currentBackend()!;
    for (const rate of [0.01, 0.02, 0.005]) {
      const compiled = backend.statistics.compiled;
      const [loss] = await step.run(inputs(rate));
      await step.free();
      // What was freed is compiled again.
      expect(backend.statistics.compiled).toBe(compiled + 1);
      expect(loss).toEqual((await twin.step.run(inputs(rate)))[0]);
      await twin.step.free();
      expect([...(await w.data())]).toEqual([...(await twin.w.data())]);
    }
    expect(calls()).toBe(3);
  });

  it("does at every run what the function would do, calling it once", async () => {
    const { w, calls, step } = descent();
    const expected = [1, -2, 3];
    const before = currentBackend()!.statistics.compiled;
    for (const rate of [0.01, 0.02, 0.005, 0.01]) {
      const [loss] = await step.run(inputs(rate));
      const errors = expected.map((value, i) => value * (i + 1) - 0.5);
      expect(loss![0]).toBeCloseTo(
        errors.reduce((sum, e) => sum + e * e, 0),
        4,
      );
      for (let i = 0; i < 3; i++) expected[i]! -= rate * 2 * errors[i]! * (i + 1);
      const got = await w.data();
      for (let i = 0; i < 3; i++) expect(got[i]).toBeCloseTo(expected[i]!, 5);
    }
    expect(calls()).toBe(1);
    expect(currentBackend()!.statistics.compiled - before).toBe(1);
  });

  it("sees contents that a variable was given between runs", async () => {
    const { w, step } = descent();
    await step.run(inputs(0));
    w.assign(tf.tensor1d([0.5, 0.25, 0.5 / 3]));
    const [loss] = await step.run(inputs(0));
    expect(loss![0]).toBeCloseTo(0, 10);
  });

  it("holds the number of tensors and bytes", async () => {
    const { step } = descent();
    await step.run(inputs(0.001));
    const { numTensors, numBytes } = tf.memory();
    for (let i = 0; i < 10; i++) await step.run(inputs(0.001 * i));
    expect([tf.memory().numTensors, tf.memory().numBytes]).toEqual([numTensors, numBytes]);
  });

  it("never writes to contents that somebody has read or still holds", async () => {
    const { w, step } = descent();
    const read: Float32Array[] = [];
    const expected: number[][] = [];
    for (let i = 0; i < 4; i++) {
      await step.run(inputs(0.01));
      read.push((await w.data()) as Float32Array);
      expected.push([...read[i]!]);
    }
    const held = tf.clone(w);
    for (let i = 0; i < 4; i++) await step.run(inputs(0.01));
    expect(read.map((values) => [...values])).toEqual(expected);
    expect([...(await held.data())]).toEqual(expected[3]);
    expect([...(await w.data())]).not.toEqual(expected[3]);
  });

  it("keeps variables apart that were assigned the same tensor", async () => {
    const [a, b] = [1, 1].map((value) => tf.variable(tf.tensor(value)));
    const step = new RecordedStep(
      (x, isShared) => {
        const sum = tf.add(a!, x!);
        a!.assign(isShared!.shape.length === 0 ? tf.mul(sum, 2) : sum);
        b!.assign(sum);
        return [];
      },
      [a!, b!],
    );
    const run = (isShared: boolean) =>
      step.run([
        { data: [1], shape: [] },
        { data: [0], shape: isShared ? [1] : [] },
      ]);
    for (let i = 0; i < 3; i++) await run(true);
    for (let i = 0; i < 3; i++) await run(false);
    expect([...(await a!.data()), ...(await b!.data())]).toEqual([46, 23]);
  });

  it("leaves a variable alone that the function only reads, and serves several shapes", async () => {
    const scale = tf.variable(tf.scalar(2), false);
    const total = tf.variable(tf.scalar(0), false);
    const step = new RecordedStep(
      (x) => {
        total.assign(tf.add(total, tf.mul(tf.sum(x!), scale)));
        return [tf.mul(x!, scale)];
      },
      [scale, total],
    );
    const [two] = await step.run([{ data: [1, 2], shape: [2] }]);
    const [three] = await step.run([{ data: [1, 2, 3], shape: [3] }]);
    const [again] = await step.run([{ data: [4, 5], shape: [2] }]);
    expect([[...two!], [...three!], [...again!]]).toEqual([
      [2, 4],
      [2, 4, 6],
      [8, 10],
    ]);
    expect([...(await total.data())]).toEqual([36]);
    expect([...(await scale.data())]).toEqual([2]);
  });

  it("refuses a function that assigns a variable it was not told of, and changes nothing", async () => {
    const told = tf.variable(tf.scalar(1));
    const hidden = tf.variable(tf.scalar(1));
    const step = new RecordedStep(
      (x) => {
        told.assign(tf.add(told, x!));
        hidden.assign(tf.add(hidden, x!));
        return [];
      },
      [told],
    );
    await expect(step.run([{ data: [1], shape: [] }])).rejects.toThrow(/leaves 1 tensors behind/);
    expect([...(await told.data())]).toEqual([1]);
  });

  it("calls the function at every run on a backend that computes at once", async () => {
    await import("@tensorflow/tfjs-backend-cpu");
    await tf.setBackend("cpu");
    const { w, calls, step } = descent();
    await step.run(inputs(0.01));
    const [loss] = await step.run(inputs(0.01));
    expect(calls()).toBe(2);
    expect(loss![0]).toBeGreaterThan(0);
    w.dispose();
  });
});
