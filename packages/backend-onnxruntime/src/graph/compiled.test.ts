import type { OnnxGraph } from "@lookonce/onnx";
import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import { currentBackend, enterScope, registerOnnxRuntime } from "../index.ts";
import { inScope } from "../record-only.ts";
import { lower } from "./compiled.ts";
import { joinGraphs } from "./join-graphs.ts";
import { makePlan } from "./plan.ts";

beforeEach(async () => {
  await registerOnnxRuntime();
  await tf.setBackend("onnxruntime");
});

const shapes = { image: [1, 4, 4, 16], filter: [3, 3, 16, 16], momentum: [3, 3, 16, 16], bias: [16], rate: [] };

/** The graph of a step that convolves, and moves filter, momentum and bias; with `alone`, of nothing but the filter's move. */
function step({
  alone = false,
  target = "onnxruntime" as "onnxruntime" | "webgpu",
  isProfiled = false,
} = {}): OnnxGraph {
  const plan = inScope(() => {
    const backend = currentBackend()!;
    const inputs = Object.entries(shapes).map(([name, shape]): [string, tf.Tensor] => {
      const tensor = tf.zeros(shape);
      Object.assign(backend.value(tensor), { placeholder: name, isInput: true });
      return [name, tensor];
    });
    const { image, filter, momentum, bias, rate } = Object.fromEntries(inputs) as Record<
      keyof typeof shapes,
      tf.Tensor
    >;
    const scope = enterScope("model/0/conv");
    const loss = tf.sum(tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"));
    scope();
    const next = tf.add(tf.mul(momentum, 0.9), filter);
    const moved = tf.sub(filter, tf.mul(next, rate));
    const results = alone ? [moved] : [loss, next, moved, tf.mul(bias, rate)];
    return makePlan(results.map((tensor) => backend.value(tensor)));
  });
  return lower(plan, [], { target, block: undefined, isProfiled }).model.graph;
}

const named = (graph: OnnxGraph): string[] => graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]);

/** Shapes that the graph's inputs declare, in the order of the plan. */
const declared = ({ inputs }: OnnxGraph) => inputs.map(({ shape }) => shape);

describe("graphs that are compiled", () => {
  it("have names that fit into 15 characters, which ONNX Runtime compares fastest", () => {
    const graph = step();
    for (const name of [...named(graph), ...graph.inputs.map((info) => info.name)]) {
      expect(name.length, name).toBeLessThanOrEqual(15);
    }
    const shared = ({ inputs }: OnnxGraph): string[] =>
      inputs.map(({ name }) => name).filter((name) => /^in\d/.test(name));
    expect(new Set(shared(graph)).size).toBe(5);
    expect(shared(step())).toEqual(shared(graph));
  });

  it("have names with scopes where they are profiled", () => {
    expect(named(step()).some((name) => name.includes("/"))).toBe(false);
    expect(named(step({ isProfiled: true }))).toContain("model/0/conv/Conv_0");
  });

  it("leave the shapes of vectors and of what only updates read open, and no others", () => {
    const { image, filter, rate } = shapes;
    const open = declared(step());
    expect(open.filter((shape) => shape === undefined)).toHaveLength(2);
    expect(open).toEqual(expect.arrayContaining([image, filter, rate]));
    expect(declared(step({ target: "webgpu" }))).not.toContain(undefined);
  });

  it("declare the shapes that one of them needs when they are joined", () => {
    const [whole, alone] = [step(), step({ alone: true })];
    expect(declared(alone).filter((shape) => shape === undefined)).toHaveLength(2);
    for (const graphs of [
      [whole, alone],
      [alone, whole],
    ]) {
      const models = graphs.map(lowered);
      expect(
        declared(joinGraphs(models).model.graph).filter((shape) => `${shape}` === `${shapes.filter}`),
      ).toHaveLength(1);
    }
  });
});

function lowered(graph: OnnxGraph) {
  return { irVersion: 10, opsets: {}, producer: "", producerVersion: "", docString: "", metadata: {}, graph };
}
