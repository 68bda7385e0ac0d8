import { OnnxEngine } from "@lookonce/inference";
import { GraphBuilder, int, ints, type OnnxModel } from "@lookonce/onnx";
import { Random } from "@lookonce/random";
import { describe, expect, it } from "vitest";
import { simplifyModel } from "./simplify-model.ts";

const shape = [1, 3, 4, 4] as const;
const rng = new Random(4);
const image = floats(48);

function floats(count: number): Float32Array {
  return Float32Array.from({ length: count }, () => rng.normal());
}

/** A graph of [1, 3, 4, 4] images under construction. */
class Draft {
  readonly graph = new GraphBuilder();
  readonly x = this.graph.input("x", "float32", shape);

  weight(name: string, size: readonly number[]): string {
    const count = size.reduce((product, side) => product * side, 1);
    return this.graph.initializer({ type: "float32", shape: size, data: floats(count) }, name);
  }

  transpose(name: string, perm: readonly number[]): string {
    return this.graph.node("Transpose", [name], { perm: ints(perm) });
  }

  reshape(name: string, size: readonly number[]): string {
    const data = BigInt64Array.from(size, BigInt);
    return this.graph.node("Reshape", [name, this.graph.initializer({ type: "int64", shape: [data.length], data })]);
  }

  /** A convolution of 3 × 3 whose filter lies as [h, w, in, out]. */
  conv(x: string, filter: string): string {
    return this.graph.node("Conv", [x, this.transpose(filter, [3, 2, 0, 1])], { pads: ints([1, 1, 1, 1]) });
  }

  build(...outputs: string[]): OnnxModel {
    const joined = this.graph.node("Concat", outputs, { axis: int(1) }, { outputs: ["y"] });
    this.graph.output(joined, "float32", [1, "channels", 4, 4]);
    return this.graph.build({ opset: 17 });
  }
}

async function run(model: OnnxModel): Promise<Float32Array> {
  const engine = await OnnxEngine.create(model);
  const [output] = await engine.run(image, shape);
  await engine.dispose();
  return (output as { data: Float32Array }).data;
}

/** Simplifies, requires the same numbers of the outcome, and returns its operators. */
async function simplified(model: OnnxModel): Promise<{ ops: string[]; model: OnnxModel }> {
  const result = simplifyModel(model);
  const [a, b] = [await run(model), await run(result)];
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => {
    expect(b[i]).toBeCloseTo(value, 4);
  });
  return { ops: result.graph.nodes.map(({ op }) => op), model: result };
}

describe("simplifyModel", () => {
  it("lays weights as convolutions want them, under their names, and joins biases to them", async () => {
    const draft = new Draft();
    const y = draft.conv(draft.x, draft.weight("0.weight", [3, 3, 3, 5]));
    const bias = draft.reshape(draft.reshape(draft.weight("0.bias", [5]), [1, 1, 1, 5]), [1, 5, 1, 1]);
    const { ops, model } = await simplified(
      draft.build(draft.graph.node("Relu", [draft.graph.node("Add", [y, bias])])),
    );
    expect(ops).toEqual(["Conv", "Relu", "Concat"]);
    expect(model.graph.nodes[0]?.inputs).toEqual(["x", "0.weight", "0.bias"]);
    expect([...model.graph.initializers].map(([name, value]) => [name, value.shape])).toEqual([
      ["0.weight", [5, 3, 3, 3]],
      ["0.bias", [5]],
    ]);
  });

  it("leaves a weight that others read too as it is", async () => {
    const draft = new Draft();
    const weight = draft.weight("shared", [3, 3, 3, 3]);
    const y = draft.conv(draft.x, weight);
    const sum = draft.graph.node("ReduceSum", [weight], { keepdims: int(0) });
    const { ops, model } = await simplified(draft.build(draft.graph.node("Add", [y, sum])));
    expect(ops).toEqual(["Conv", "ReduceSum", "Add", "Concat"]);
    expect(model.graph.initializers.size).toBe(2);
  });

  it("removes transpositions that cancel, and only those", async () => {
    const draft = new Draft();
    const last = draft.transpose(draft.x, [0, 2, 3, 1]);
    const back = draft.transpose(last, [0, 3, 1, 2]);
    const turned = draft.transpose(draft.transpose(draft.x, [0, 1, 3, 2]), [0, 1, 2, 3]);
    const { ops } = await simplified(draft.build(draft.graph.node("Neg", [back]), turned));
    expect(ops).toEqual(["Transpose", "Transpose", "Neg", "Concat"]);
  });

  it("adds no bias to a sum that somebody else reads, directly or turned twice", async () => {
    const draft = new Draft();
    const y = draft.conv(draft.x, draft.weight("0.weight", [3, 3, 3, 2]));
    const again = draft.transpose(draft.transpose(y, [0, 2, 3, 1]), [0, 3, 1, 2]);
    const sum = draft.graph.node("Add", [again, draft.weight("0.bias", [1, 2, 1, 1])]);
    const z = draft.conv(draft.x, draft.weight("1.weight", [3, 3, 3, 2]));
    const other = draft.graph.node("Add", [draft.weight("1.bias", [1, 2, 1, 1]), z]);
    const { ops } = await simplified(draft.build(sum, draft.graph.node("Neg", [again]), other, z));
    expect(ops.filter((op) => op === "Add")).toHaveLength(2);
  });

  it("adds no bias of other forms than one number a channel", async () => {
    const draft = new Draft();
    const filter = draft.weight("0.weight", [3, 3, 3, 4]);
    const y = draft.graph.node("Add", [draft.conv(draft.x, filter), draft.weight("wide", [1, 1, 1, 4])]);
    const z = draft.conv(y, draft.weight("1.weight", [3, 3, 4, 2]));
    const { ops } = await simplified(draft.build(draft.graph.node("Add", [z, draft.weight("map", [2, 4, 4])])));
    expect(ops.filter((op) => op === "Add")).toHaveLength(2);
  });
});
