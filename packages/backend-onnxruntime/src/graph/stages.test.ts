import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import { allReduce, currentBackend, registerOnnxRuntime } from "../index.ts";
import { inScope } from "../record-only.ts";
import { lower } from "./compiled.ts";
import { planStages, type StagedPlan } from "./staged-plan.ts";
import { sizeOf } from "./value.ts";

beforeEach(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

/** Plans a step of inputs x and y [1000]. */
function plan(step: (x: tf.Tensor1D, y: tf.Tensor1D) => readonly tf.Tensor[]): StagedPlan {
  return inScope(() => {
    const backend = currentBackend()!;
    const [x, y] = ["x", "y"].map((placeholder) => {
      const tensor = tf.zeros([1000]);
      Object.assign(backend.value(tensor), { placeholder, isInput: true });
      return tensor as tf.Tensor1D;
    });
    return planStages(
      step(x!, y!).map((tensor) => backend.value(tensor)),
      {},
      { isCut: true },
    );
  });
}

const kernels = ({ stages }: StagedPlan): string[][] =>
  stages.map((stage) => stage.plan.nodes.map(({ kernel }) => kernel));

/** Elements that a stage's plan computes. */
const computed = ({ stages }: StagedPlan, stage: number): number[] =>
  stages[stage]!.plan.outputs.map(({ shape }) => sizeOf(shape));

describe("planStages", () => {
  it("computes what depends on no sum where it is read, and small results in place of what they are of", () => {
    const planned = plan((x, y) => {
      const local = tf.exp(x);
      const total = allReduce(local);
      // The product is of inputs alone; the maximum is of what the first stage has.
      return [tf.add(tf.mul(y, 3), total), tf.max(tf.sqrt(local))];
    });
    expect(kernels(planned)).toEqual([
      ["Exp", "Sqrt", "Max"],
      ["Multiply", "Add"],
    ]);
    expect(computed(planned, 0).sort()).toEqual([1, 1000]);
  });

  it("computes later what is as large as what it is of", () => {
    const planned = plan((x, y) => {
      const map = tf.exp(x);
      const scaled = tf.mul(map, 2);
      const total = allReduce(tf.sum(map));
      return [tf.add(tf.mul(tf.sqrt(scaled), y), total), tf.add(map, total)];
    });
    // The map is passed on anyway.
    expect(kernels(planned)).toEqual([
      ["Exp", "Sum"],
      ["Multiply", "Sqrt", "Multiply", "Add", "Add"],
    ]);
    expect(computed(planned, 0)).toEqual([1000, 1]);
  });

  it("has one stage more than sums that depend on each other, and shares memory between values of different times", () => {
    const planned = plan((x, y) => {
      let sum = x;
      for (let i = 0; i < 5; i++) sum = allReduce(tf.mul(sum, y));
      return [sum, allReduce(y)];
    });
    expect(planned.stages).toHaveLength(6);
    expect(planned.memory!.blocks.map((blocks) => blocks.length)).toEqual([1, 1, 1, 1, 1, 0]);
    // The first stage's two sums are one block, of which the later one is kept to the end; beside it two at a time.
    const bytes = Math.ceil(4000 / 64) * 64;
    expect(planned.memory!.blocks[0]![0]!.length).toBe((bytes + 4000) / 4);
    expect(planned.memory!.bytes).toBe(4 * bytes);
    const [first, second] = [planned.memory!.open(new ArrayBuffer(4 * bytes)), new Set<number>()];
    for (const { data } of first.values()) second.add(data!.byteOffset % 64);
    expect([...second]).toEqual([0]);
  });

  it("computes a stage's results in the order of their calls", () => {
    const planned = plan((x, y) => [allReduce(tf.exp(x)), allReduce(tf.sqrt(y)), allReduce(tf.sin(x))]);
    const [{ plan: first }] = planned.stages as [StagedPlan["stages"][0]];
    const { nodes } = lower(first, [], { target: "onnxruntime", isProfiled: false }).model.graph;
    const makers = new Map(nodes.flatMap(({ op, outputs }) => outputs.map((name) => [name, op])));
    // The runtime begins with what the last unread node needs.
    const sizes = nodes.filter(({ op }) => op === "Size").map(({ inputs: [name = ""] }) => makers.get(name));
    expect(sizes).toEqual(["Sin", "Sqrt", "Exp"]);
    expect(nodes.slice(-3).map(({ op }) => op)).toEqual(["Size", "Size", "Size"]);
  });
});
