import { convBnAct } from "@lookonce/nn";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { currentBackend, registerOnnxRuntime } from "../index.ts";
import { inScope } from "../record-only.ts";
import type { KernelName } from "./kernel-types.ts";
import { makePlan } from "./plan.ts";
import { recompute } from "./recompute.ts";
import { hostValue, type Node, type Value } from "./value.ts";

const shape = [1, 512, 512, 1];

/** Calls of a forward pass, `between` others, and calls of a backward pass that read the normalized and the activated map. */
function calls({ between, keepsMap }: { between: number; keepsMap: boolean }) {
  const nodes: Node[] = [];
  const call = (kernel: KernelName, inputs: Record<string, Value>, size = shape): Value => {
    const output = hostValue(size, "float32");
    const node: Node = { id: nodes.length, kernel, signature: 0, inputs, attrs: {}, outputs: [output], scope: "" };
    nodes.push(node);
    output.producer = node;
    return output;
  };
  const [x, a, b] = [shape, [1], [1]].map((size) => hostValue(size, "float32")) as [Value, Value, Value];
  const map = call("Exp", { x });
  const normalized = call("Add", { a: call("Multiply", { a: map, b: a }), b });
  const activated = call("Multiply", { a: normalized, b: call("Sigmoid", { x: normalized }) });
  const forward = call("Square", { x: activated });
  for (let i = 0; i < between; i++) call("Neg", { x: a }, [1]);
  const slope = call("Sub", { a: normalized, b: activated });
  call("Multiply", { a: forward, b: slope });
  if (keepsMap) call("Abs", { x: map });
  return { nodes, normalized, activated };
}

/** Fails unless every value is computed before it is read. */
function expectOrder(nodes: readonly Node[]): void {
  const known = new Set<Value>();
  for (const { inputs, outputs } of nodes) {
    for (const value of Object.values(inputs)) {
      if (value?.producer !== undefined) expect(known.has(value)).toBe(true);
    }
    for (const value of outputs) known.add(value);
  }
}

describe("values that are needed much later", () => {
  it("are computed again from what is kept anyway", () => {
    const { nodes, normalized, activated } = calls({ between: 500, keepsMap: true });
    const after = recompute(nodes);
    expect(after.length).toBe(nodes.length + 4);
    expectOrder(after);
    const slope = after.find(({ kernel }) => kernel === "Sub");
    const [a, b] = Object.values(slope?.inputs ?? {});
    expect([a === normalized, b === activated]).toEqual([false, false]);
    // The copy of the activated map is of the copy of the normalized one.
    expect(b?.producer?.inputs).toMatchObject({ a });
    expect(after.find(({ kernel }) => kernel === "Square")?.inputs).toEqual({ x: activated });
  });

  it("are kept where they are needed soon, and where what they are of is not kept", () => {
    const soon = calls({ between: 10, keepsMap: true });
    expect(recompute(soon.nodes)).toEqual(soon.nodes);
    const { nodes, normalized } = calls({ between: 500, keepsMap: false });
    const after = recompute(nodes);
    // The activated map alone, of the normalized one that is kept.
    expect(after.length).toBe(nodes.length + 2);
    expectOrder(after);
    expect(after.find(({ kernel }) => kernel === "Sub")?.inputs).toMatchObject({ a: normalized });
  });
});

describe("layers of YOLO in training", () => {
  it("keep neither their normalized maps nor activated ones that only the activation's gradient reads", async () => {
    await registerOnnxRuntime();
    await tf.setBackend("onnxruntime");
    // Calls are recorded, and none is computed.
    const { nodes } = inScope(() => {
      const [one, zero] = [tf.ones([1]) as tf.Tensor1D, tf.zeros([1]) as tf.Tensor1D];
      const options = { gamma: one, beta: zero, shift: zero, eps: 1e-3, activation: "silu" } as const;
      const layer = (x: tf.Tensor, filter: tf.Tensor): tf.Tensor4D =>
        convBnAct(x as tf.Tensor4D, filter as tf.Tensor4D, options).y;
      const step = tf.valueAndGrads((x: tf.Tensor, first: tf.Tensor, second: tf.Tensor) => {
        let loss = tf.sum(layer(layer(x, first), second));
        // In place of the layers after them
        for (let i = 0; i < 300; i++) loss = tf.neg(loss);
        return loss;
      });
      const { value, grads } = step([tf.ones(shape), tf.ones([1, 1, 1, 1]), tf.ones([1, 1, 1, 1])]);
      return makePlan([value, ...grads].map((tensor) => currentBackend()!.value(tensor)));
    });
    const after = recompute(nodes);
    expectOrder(after);
    const known = new Set(nodes.flatMap(({ outputs }) => outputs));
    const added = after.filter(({ outputs }) => outputs.every((value) => !known.has(value)));
    const normalized = ["Multiply", "Add"];
    expect(added.map(({ kernel }) => kernel)).toEqual([...normalized, "Sigmoid", "Multiply", ...normalized]);
  });
});
