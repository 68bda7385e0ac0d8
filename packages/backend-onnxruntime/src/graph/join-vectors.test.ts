import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import { currentBackend, RecordedStep, registerOnnxRuntime } from "../index.ts";
import { inScope } from "../record-only.ts";
import { joinVectors } from "./join-vectors.ts";
import { makePlan } from "./plan.ts";
import type { Node } from "./value.ts";

const sizes = [3, 1, 20, 2, 17, 4];

beforeEach(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

/** The calls that the tensors which `make` returns need, before and after joining. */
function joined(make: () => tf.Tensor[]): { before: readonly Node[]; after: readonly Node[] } {
  const { nodes } = inScope(() => makePlan(make().map((tensor) => currentBackend()!.value(tensor))));
  return { before: nodes, after: joinVectors(nodes, ({ shape, data }) => shape.length === 0 && data !== undefined) };
}

function count(nodes: readonly Node[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kernel } of nodes) counts[kernel] = (counts[kernel] ?? 0) + 1;
  return counts;
}

const vectors = (seed: number): tf.Tensor1D[] =>
  sizes.map((size) => tf.tensor1d(Float32Array.from({ length: size }, (_, i) => Math.sin(seed + size + i))));

/** Fails unless every value is computed before it is read. */
function expectOrder(nodes: readonly Node[]): void {
  const known = new Set(nodes.flatMap(({ outputs }) => outputs));
  for (const { inputs, outputs } of nodes) {
    for (const value of Object.values(inputs)) expect(value !== undefined && known.has(value)).toBe(false);
    for (const value of outputs) known.delete(value);
  }
}

describe("vectors that only outputs need", () => {
  it("are computed in a row, equal numbers counting as the same scalar", () => {
    const { before, after } = joined(() => {
      const [a, b] = [vectors(0), vectors(1)];
      return a.flatMap((vector, i) => {
        const next = tf.add(tf.mul(vector, 0.9), b[i]!);
        return [next, tf.sub(vector, tf.mul(next, 0.1))];
      });
    });
    expect(count(before)).toEqual({ Multiply: 12, Add: 6, Sub: 6 });
    expect(count(after)).toEqual({ Concat: 2, Multiply: 2, Add: 1, Sub: 1, SplitV: 4 });
    expectOrder(after);
  });

  it("stay apart where numbers differ, where they are few and where something else needs them", () => {
    const differing = joined(() => vectors(0).map((vector, i) => tf.mul(vector, i)));
    expect(count(differing.after)).toEqual({ Multiply: 6 });
    const few = joined(() => [tf.mul(vectors(0)[0]!, 2), tf.mul(vectors(1)[1]!, 2)]);
    expect(count(few.after)).toEqual({ Multiply: 2 });
    const needed = joined(() => vectors(0).map((vector) => tf.sum(tf.mul(vector, 2))));
    expect(count(needed.after)).toEqual({ Multiply: 6, Sum: 6 });
    const broadcast = joined(() => vectors(0).map((vector) => tf.mul(vector, tf.tensor1d([2]))));
    expect(count(broadcast.after).SplitV).toBeUndefined();
  });

  it("are cut apart for calls that read them in another order", () => {
    const { after } = joined(() => {
      const doubled = Array.from({ length: 6 }, (_, i) => tf.mul(tf.fill([4], i), 2));
      return [...doubled, ...doubled.toReversed().map((vector) => tf.add(vector, 1))];
    });
    expect(count(after)).toMatchObject({ Multiply: 1, Add: 6 });
    expectOrder(after);
  });
});

describe("a step that updates vectors", () => {
  it("computes to the bit what each call would", async () => {
    const [parameters, velocities] = [vectors(0), vectors(1)].map((all) => all.map((one) => tf.variable(one)));
    const step = new RecordedStep(
      ({ lr, momentum, gradients }: { lr: tf.Scalar; momentum: tf.Scalar; gradients: tf.Tensor1D[] }) => {
        for (const [i, gradient] of gradients.entries()) {
          const [parameter, velocity] = [parameters![i]!, velocities![i]!];
          velocity.assign(tf.add(tf.mul(velocity, momentum), gradient));
          parameter.assign(tf.sub(parameter, tf.mul(tf.div(gradient, tf.sqrt(tf.square(velocity))), lr)));
        }
        return { sum: tf.sum(gradients[0]!) };
      },
      [...parameters!, ...velocities!],
    );
    const { fround } = Math;
    const [lr, momentum] = [fround(0.01), fround(0.9)];
    for (const seed of [2, 3]) {
      const expected = await Promise.all(
        [...parameters!.keys()].map(async (i) => ({
          p: await parameters![i]!.data(),
          v: await velocities![i]!.data(),
        })),
      );
      const gradients = sizes.map((size) => Float32Array.from({ length: size }, (_, i) => Math.cos(seed * size + i)));
      await step.run({ lr, momentum, gradients: gradients.map((data) => ({ data, shape: [data.length] })) });
      for (const [i, { p, v }] of expected.entries()) {
        const moved = v.map((value, k) => fround(fround(value * momentum) + gradients[i]![k]!));
        const changed = p.map((value, k) => {
          const root = fround(Math.sqrt(fround(moved[k]! * moved[k]!)));
          return fround(value - fround(fround(gradients[i]![k]! / root) * lr));
        });
        expect([...(await velocities![i]!.data())]).toEqual([...moved]);
        expect([...(await parameters![i]!.data())]).toEqual([...changed]);
      }
    }
  });
});
