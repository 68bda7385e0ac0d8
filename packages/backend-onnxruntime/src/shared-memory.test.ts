import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import { currentBackend, RecordedStep, registerOnnxRuntime } from "./index.ts";

beforeEach(async () => {
  await registerOnnxRuntime({ threads: 1 });
  await tf.setBackend("onnxruntime");
});

/** Elements of the largest input. What sharing saves is measured by `bench/scaling.mjs`. */
const size = 1000;

type Inputs = { x: tf.Tensor1D; targets: tf.Tensor1D };

/** Two steps that alternate: one adds to a sum, one moves the weight by it, and counts. */
function steps(sharedMemory?: string) {
  const [weight, sum] = [1, 0].map((value) => tf.variable(tf.scalar(value)));
  const count = tf.variable(tf.scalar(0, "int32"));
  const gradient = ({ x, targets }: Inputs): tf.Scalar =>
    tf.mean(tf.softmax(tf.mul(tf.outerProduct(x, tf.ones([8])), tf.mul(weight!, tf.sum(targets))))) as tf.Scalar;
  const variables = [weight!, sum!, count];
  const add = new RecordedStep(
    (inputs: Inputs) => {
      sum!.assign(tf.add(sum!, gradient(inputs)));
      return { sum: tf.mul(sum!, 1) };
    },
    variables,
    { sharedMemory },
  );
  const move = new RecordedStep(
    ({ lr, ...inputs }: Inputs & { lr: tf.Scalar }) => {
      weight!.assign(tf.sub(weight!, tf.mul(lr, tf.add(sum!, gradient(inputs)))));
      sum!.assign(tf.zerosLike(sum!));
      count.assign(tf.add(count, tf.scalar(1, "int32")));
      return { old: tf.mul(weight!, 1), isPositive: tf.greater(weight!, 0), targets: tf.mul(inputs.targets, 2) };
    },
    variables,
    { sharedMemory },
  );
  return { add, move, count, weight: weight! };
}

const x = { data: Float32Array.from({ length: size }, (_, i) => Math.sin(i)), shape: [size] };
const targets = (n: number) => ({ data: Float32Array.from({ length: n }, (_, i) => (i + 1) / n), shape: [n] });

/** What is computed with targets of several sizes. */
async function outcome(sharedMemory?: string): Promise<{ values: number[][]; compiled: number }> {
  const { add, move, count, weight } = steps(sharedMemory);
  const before = currentBackend()!.statistics.compiled;
  const values: number[][] = [];
  for (const n of [2, 3, 4, 3, 2]) {
    values.push([...(await add.run({ x, targets: targets(n) })).sum]);
    const { old, isPositive, targets: doubled } = await move.run({ x, targets: targets(n), lr: 0.5 });
    values.push([...old], [...isPositive], [...doubled], [...(await weight.data())], [...(await count.data())]);
  }
  const { compiled } = currentBackend()!.statistics;
  for (const step of [add, move]) await step.free();
  return { values, compiled: compiled - before };
}

describe("steps that share their memory", () => {
  it("compute what they compute without", async () => {
    const alone = await outcome();
    const shared = await outcome("turns");
    expect(shared.values).toEqual(alone.values);
    expect([alone.compiled, shared.compiled]).toEqual([6, 6]);
  });

  it("are compiled together where one that will come is prepared", async () => {
    const inputs = { x, targets: targets(2) };
    const outcomeOf = async (prepares: boolean): Promise<{ values: number[]; compiled: number }> => {
      await registerOnnxRuntime({ threads: 1 });
      await tf.setBackend("onnxruntime");
      const { add, move, weight } = steps("prepared");
      for (let i = 0; i < 2 && prepares; i++) await add.prepare(inputs);
      const { old } = await move.run({ ...inputs, lr: 0.5 });
      const values = [...old, ...(await add.run(inputs)).sum, ...(await weight.data())];
      const { compiled } = currentBackend()!.statistics;
      // What was prepared and freed is not compiled any more: its own next run does that.
      if (prepares) await add.prepare({ x, targets: targets(9) });
      await add.free();
      await move.run({ x, targets: targets(9), lr: 0.5 });
      await add.run({ x, targets: targets(9) });
      expect(currentBackend()!.statistics.compiled).toBe(compiled + 2);
      return { values, compiled };
    };
    const alone = await outcomeOf(false);
    const prepared = await outcomeOf(true);
    expect(prepared.values).toEqual(alone.values);
    expect([alone.compiled, prepared.compiled]).toEqual([2, 1]);
  });

  it("do not share it with what they record for a larger input", async () => {
    // Nothing stays compiled but what was used last.
    await registerOnnxRuntime({ name: "tight", capacity: 1 });
    await tf.setBackend("tight");
    const { add } = steps("sizes");
    const compiled = async (n: number, m: number): Promise<number> => {
      await add.run({ x: { data: new Float32Array(n).fill(0.5), shape: [n] }, targets: targets(m) });
      return currentBackend()!.statistics.compiled;
    };
    const first = await compiled(10, 2);
    expect(await compiled(10, 3)).toBe(first + 1);
    expect(await compiled(10, 2)).toBe(first + 1);
    expect(await compiled(20, 2)).toBe(first + 2);
    expect(await compiled(10, 2)).toBe(first + 3);
    await tf.setBackend("onnxruntime");
    tf.removeBackend("tight");
  });

  it("may differ in the types of their inputs", async () => {
    const double = () =>
      new RecordedStep((inputs: { x: tf.Tensor1D }) => ({ y: tf.mul(inputs.x, 2) }), [], { sharedMemory: "types" });
    const [floats, integers] = [double(), double()];
    for (let turn = 0; turn < 2; turn++) {
      expect([...(await floats.run({ x: { data: Float32Array.of(1.5, 2), shape: [2] } })).y]).toEqual([3, 4]);
      expect([...(await integers.run({ x: { data: [3, 4], shape: [2], dtype: "int32" } })).y]).toEqual([6, 8]);
    }
  });
});
