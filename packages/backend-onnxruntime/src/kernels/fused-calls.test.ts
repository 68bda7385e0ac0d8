import { convBnAct } from "@lookonce/nn";
import type { OnnxNode } from "@lookonce/onnx";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { nodeEngine } from "../engine/node/engine.ts";
import { findBlockSize } from "../graph/block-size.ts";
import { buildGraph } from "../graph/build.ts";
import { findFilterGradients } from "../graph/filter-gradient-forms.ts";
import { makePlan } from "../graph/plan.ts";
import { currentBackend, registerOnnxRuntime } from "../index.ts";
import { inScope } from "../record-only.ts";

// Which operators the graphs have: that they compute the right numbers is tested with whole programs.

const block = await findBlockSize(nodeEngine);

beforeAll(async () => {
  await registerOnnxRuntime({ blocks: true });
  await tf.setBackend("onnxruntime");
});

/** How many nodes of each operator compute what `make` returns, in bodies too. */
async function operators(make: () => tf.Tensor[]): Promise<Record<string, number>> {
  const filterGradients = await findFilterGradients(nodeEngine);
  const plan = inScope(() => makePlan(make().map((tensor) => currentBackend()!.value(tensor))));
  const options = { target: "onnxruntime", isConstant: () => false, block, filterGradients } as const;
  const counts: Record<string, number> = {};
  const count = ({ op, domain, attributes }: OnnxNode): void => {
    const name = `${domain === "com.microsoft.nchwc" ? "blocked " : ""}${op}${"activation" in attributes ? ", activated" : ""}`;
    counts[name] = (counts[name] ?? 0) + 1;
    for (const attribute of Object.values(attributes)) if ("graph" in attribute) attribute.graph.nodes.forEach(count);
  };
  buildGraph(plan, { ...options, copiesOutputs: false })
    .graph.build()
    .graph.nodes.forEach(count);
  return counts;
}

describe.skipIf(block === undefined)("calls in blocks", () => {
  const size = block ?? 16;
  const map = (blocks: number, side = 8): tf.Tensor4D =>
    tf.tensor(new Float32Array(2 * side * side * blocks * size), [2, side, side, blocks * size]);
  const filter = (side: number, input: number, output: number): tf.Tensor4D =>
    tf.tensor(new Float32Array(side * side * input * output * size * size), [side, side, input * size, output * size]);
  const convolve = (x: tf.Tensor, weights: tf.Tensor): tf.Tensor4D =>
    tf.conv2d(x as tf.Tensor4D, weights as tf.Tensor4D, 1, "same");

  it("convolve the parts of what is concatenated, and return the parts' gradients", async () => {
    const counts = await operators(() =>
      tf.grads((a, b, weights) => tf.sum(tf.square(convolve(tf.concat([a, b], 3), weights))))([
        map(1),
        map(2),
        filter(1, 3, 2),
      ]),
    );
    expect(counts.Slice).toBeUndefined();
    // That of the filter's gradient.
    expect(counts.Concat).toBe(1);
  });

  it("read the parts of a split that are joined again from what was split", async () => {
    const counts = await operators(() => {
      const [left, right] = tf.split(convolve(map(1), filter(1, 1, 2)), 2, 3) as [tf.Tensor, tf.Tensor];
      const parts = tf.split(tf.concat([tf.neg(left), tf.abs(right)], 3), 2, 3);
      return [convolve(tf.concat([left, right], 3), filter(1, 2, 1)), ...parts];
    });
    expect(counts.Concat).toBeUndefined();
    // For the negative and for the absolute values
    expect(counts.Slice).toBe(2);
  });

  it("add gradients within a convolution", async () => {
    const counts = await operators(() => {
      const run = (x: tf.Tensor): tf.Tensor => {
        const y = convolve(x, filter(1, 1, 1));
        return tf.sum(tf.square(convolve(tf.add(y, convolve(y, filter(3, 1, 1))), filter(1, 1, 1))));
      };
      return [tf.grad(run)(map(1))];
    });
    expect(counts.Add).toBe(1);
  });

  it("compute SiLU's gradient without computing its argument again", async () => {
    const vector = (): tf.Tensor1D => tf.tensor1d(new Float32Array(size));
    const layer = (x: tf.Tensor): tf.Tensor => {
      const options = { gamma: vector(), beta: vector(), shift: vector(), eps: 1e-3, activation: "silu" } as const;
      return convBnAct(x as tf.Tensor4D, filter(1, 1, 1), options).y;
    };
    const small = await operators(() => [tf.grad((x) => tf.sum(tf.square(layer(x))))(map(1))]);
    expect([small.Sigmoid, small["blocked Conv, activated"], small.QuickGelu, small.Scan]).toEqual([
      ...[undefined, 1, 1, undefined],
    ]);
    // Image by image, both ways
    const large = await operators(() => [tf.grad((x) => tf.sum(tf.square(layer(x))))(map(1, 1024))]);
    expect([large["blocked Conv, activated"], large.QuickGelu, large.Scan]).toEqual([1, 1, 2]);
  });
});

describe("concatenations", () => {
  it("read as many tensors as a shader may", async () => {
    const plan = inScope(() => {
      const vectors = Array.from({ length: 60 }, (_, i) => tf.tensor1d([i, 1]));
      return makePlan([currentBackend()!.value(tf.concat(vectors))]);
    });
    const inputsOf = (target: "webgpu" | "onnxruntime"): number[] => {
      const { graph } = buildGraph(plan, { target, isConstant: () => false });
      return graph.build().graph.nodes.flatMap(({ op, inputs }) => (op === "Concat" ? inputs.length : []));
    };
    expect(inputsOf("onnxruntime")).toEqual([60]);
    const counts = inputsOf("webgpu");
    expect(Math.max(...counts)).toBe(7);
    // Each concatenation but the last is read by another.
    expect(counts.reduce((sum, count) => sum + count)).toBe(60 + counts.length - 1);
  });
});
