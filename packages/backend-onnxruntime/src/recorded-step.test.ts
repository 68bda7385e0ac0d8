import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import { currentBackend, RecordedStep, registerOnnxRuntime } from "./index.ts";

beforeEach(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

/** A step of gradient descent on (w · x − y)², with the learning rate as an input. */
function descent() {
  const w = tf.variable(tf.tensor1d([1, -2, 3]));
  let calls = 0;
  const step = new RecordedStep(
    ({ x, y, lr }: { x: tf.Tensor1D; y: tf.Tensor1D; lr: tf.Scalar }) => {
      calls++;
      const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(tf.sub(tf.mul(w, x), y))), [w]);
      w.assign(tf.sub(w, tf.mul(grads[w.name]!, lr)));
      return { loss: value };
    },
    [w],
  );
  return { w, calls: () => calls, step };
}

const inputs = (lr: number, size = 3) => ({
  x: { data: Float32Array.from({ length: size }, (_, i) => i + 1), shape: [size] },
  y: { data: Float32Array.from({ length: size }, () => 0.5), shape: [size] },
  lr,
});

describe("RecordedStep", () => {
  it("can be freed, and then goes on as before", async () => {
    const { w, calls, step } = descent();
    const twin = descent();
    const backend = currentBackend()!;
    for (const rate of [0.01, 0.02, 0.005]) {
      const compiled = backend.statistics.compiled;
      const { loss } = await step.run(inputs(rate));
      await step.free();
      // What was freed is compiled again.
      expect(backend.statistics.compiled).toBe(compiled + 1);
      expect(loss).toEqual((await twin.step.run(inputs(rate))).loss);
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
      const { loss } = await step.run(inputs(rate));
      const errors = expected.map((value, i) => value * (i + 1) - 0.5);
      expect(loss[0]).toBeCloseTo(
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
    const { loss } = await step.run(inputs(0));
    expect(loss[0]).toBeCloseTo(0, 10);
  });

  it("keeps the number of tensors and bytes", async () => {
    const { step } = descent();
    await step.run(inputs(0.001));
    const { numTensors, numBytes } = tf.memory();
    for (let i = 0; i < 10; i++) await step.run(inputs(0.001 * i));
    expect([tf.memory().numTensors, tf.memory().numBytes]).toEqual([numTensors, numBytes]);
  });

  it("never writes to contents that have been read or that a clone shares", async () => {
    const { w, step } = descent();
    const read: Float32Array[] = [];
    const expected: number[][] = [];
    for (let i = 0; i < 4; i++) {
      await step.run(inputs(0.01));
      read.push((await w.data()) as Float32Array);
      expected.push([...read[i]!]);
    }
    const clone = tf.clone(w);
    for (let i = 0; i < 4; i++) await step.run(inputs(0.01));
    expect(read.map((values) => [...values])).toEqual(expected);
    expect([...(await clone.data())]).toEqual(expected[3]);
    expect([...(await w.data())]).not.toEqual(expected[3]);
  });

  it("keeps variables apart that were assigned the same tensor", async () => {
    const [a, b] = [1, 1].map((value) => tf.variable(tf.tensor(value)));
    const step = new RecordedStep(
      ({ x, isShared }: { x: tf.Scalar; isShared: tf.Tensor }) => {
        const sum = tf.add(a!, x);
        a!.assign(isShared.shape.length === 0 ? tf.mul(sum, 2) : sum);
        b!.assign(sum);
        return {};
      },
      [a!, b!],
    );
    const run = (isShared: boolean) => step.run({ x: 1, isShared: { data: [0], shape: isShared ? [1] : [] } });
    for (let i = 0; i < 3; i++) await run(true);
    for (let i = 0; i < 3; i++) await run(false);
    expect([...(await a!.data()), ...(await b!.data())]).toEqual([46, 23]);
  });

  it("leaves a variable alone that the function only reads, and serves several shapes", async () => {
    const scale = tf.variable(tf.scalar(2), false);
    const total = tf.variable(tf.scalar(0), false);
    const step = new RecordedStep(
      ({ x }: { x: tf.Tensor1D }) => {
        total.assign(tf.add(total, tf.mul(tf.sum(x), scale)));
        return { scaled: tf.mul(x, scale) };
      },
      [scale, total],
    );
    const { scaled: two } = await step.run({ x: { data: [1, 2], shape: [2] } });
    const { scaled: three } = await step.run({ x: { data: [1, 2, 3], shape: [3] } });
    const { scaled: again } = await step.run({ x: { data: [4, 5], shape: [2] } });
    expect([[...two], [...three], [...again]]).toEqual([
      [2, 4],
      [2, 4, 6],
      [8, 10],
    ]);
    expect([...(await total.data())]).toEqual([36]);
    expect([...(await scale.data())]).toEqual([2]);
  });

  it("passes inputs and outputs by name, whatever their order, and names in groups and lists", async () => {
    const step = new RecordedStep(
      ({ lr, levels }: { lr: Record<"bias" | "weight", tf.Scalar>; levels: tf.Tensor1D[] }) => ({
        difference: tf.sub(lr.bias, lr.weight),
        sum: tf.addN(levels.map((level) => tf.sum(level))),
      }),
      [],
    );
    const levels = [[1, 2], [4]].map((data) => ({ data, shape: [data.length] }));
    const runs = [
      await step.run({ lr: { bias: 3, weight: 1 }, levels }),
      await step.run({ levels, lr: { weight: 3, bias: 1 } }),
    ];
    expect(runs.map(({ difference, sum }) => [difference[0], sum[0]])).toEqual([
      [2, 7],
      [-2, 7],
    ]);
    // @ts-expect-error a group that the function does not read
    await expect(step.run({ rates: { bias: 3, weight: 1 }, levels })).rejects.toThrow();
    // @ts-expect-error a missing name in a group
    await expect(step.run({ lr: { bias: 3 }, levels })).rejects.toThrow();
    // @ts-expect-error an output that the function does not return
    expect(runs[0]!.product).toBeUndefined();
  });

  it("refuses a function that assigns a variable it does not name, and changes nothing", async () => {
    const named = tf.variable(tf.scalar(1));
    const hidden = tf.variable(tf.scalar(1));
    const step = new RecordedStep(
      ({ x }: { x: tf.Scalar }) => {
        named.assign(tf.add(named, x));
        hidden.assign(tf.add(hidden, x));
        return {};
      },
      [named],
    );
    await expect(step.run({ x: 1 })).rejects.toThrow(/leaves 1 tensors behind/);
    expect([...(await named.data()), ...(await hidden.data())]).toEqual([1, 1]);
  });

  describe.each(["at its beginning", "in the loss", "in a gradient", "between assignments", "at its end"])(
    "of a function that throws %s while it is recorded",
    (moment) => {
      it("leaves every variable and the number of tensors as they were, and can be recorded afterwards", async () => {
        const [w, velocity, hidden] = [1, 2, 3].map((value) => tf.variable(tf.tensor1d([value, -value])));
        let failing = true;
        const reach = (point: string): void => {
          if (failing && point === moment) throw new Error(`failed ${moment}`);
        };
        const identity = tf.customGrad((x) => ({
          value: tf.clone(x as tf.Tensor),
          gradFunc: (dy) => {
            reach("in a gradient");
            return dy;
          },
        }));
        const step = new RecordedStep(
          ({ x }: { x: tf.Tensor1D }) => {
            reach("at its beginning");
            if (failing) hidden!.assign(tf.mul(hidden!, x));
            const { value, grads } = tf.variableGrads(() => {
              const loss = tf.sum(tf.square(tf.mul(tf.exp(identity(w!)), x)));
              reach("in the loss");
              return loss as tf.Scalar;
            }, [w!]);
            velocity!.assign(tf.add(velocity!, grads[w!.name]!));
            reach("between assignments");
            w!.assign(tf.sub(w!, tf.mul(velocity!, 0.01)));
            reach("at its end");
            return { loss: value };
          },
          [w!, velocity!],
        );
        const inputs = { x: { data: [1, 2], shape: [2] } };
        const { numTensors, numDataBuffers, numBytes } = tf.memory();
        await expect(step.run(inputs)).rejects.toThrow(`failed ${moment}`);
        expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers, numBytes });
        for (const [i, variable] of [w, velocity, hidden].entries()) {
          // A computation, so that a placeholder would show.
          expect([...(await tf.mul(variable!, 2).data())]).toEqual([2 * (i + 1), -2 * (i + 1)]);
        }
        failing = false;
        const { loss } = await step.run(inputs);
        expect(loss[0]).toBeCloseTo(Math.exp(2) + 4 * Math.exp(-2), 4);
        const gradient = [2 * Math.exp(2), 8 * Math.exp(-2)];
        const moved = [1 - 0.01 * (2 + gradient[0]!), -1 - 0.01 * (-2 + gradient[1]!)];
        const values = [...(await w!.data())];
        expect(values.length).toBe(moved.length);
        for (const [i, value] of values.entries()) expect(Math.abs(value - Number(moved[i]))).toBeLessThanOrEqual(1e-4);
        await step.run(inputs);
        expect((await w!.data())[0]).toBeLessThan(moved[0]!);
      });
    },
  );

  it("calls the function at every run on a backend that computes at once", async () => {
    await import("@tensorflow/tfjs-backend-cpu");
    await tf.setBackend("cpu");
    const { w, calls, step } = descent();
    await step.run(inputs(0.01));
    const { loss } = await step.run(inputs(0.01));
    expect(calls()).toBe(2);
    expect(loss[0]).toBeGreaterThan(0);
    w.dispose();
  });
});
