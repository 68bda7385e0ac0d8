import { LookonceError } from "@lookonce/errors";
import type { GraphConstant, GraphPort, OperationGraph, OperationNode } from "@lookonce/graph-model";
import { type DetectorCall, detectorGraph } from "@lookonce/inference";
import { copyModel, type DetectionModel, fuse } from "@lookonce/nn";
import { output0 } from "../compare.ts";
import type { GraphSpec } from "../graph-spec.ts";
import { GraphBuilder } from "./graph-builder.ts";
import { KernelCall } from "./kernel-call.ts";
import { kernelRules } from "./lower-kernels.ts";

/**
 * A model as TensorFlow's operations: `images` [N, H, W, 3], RGB from 0 to 1, to `output0`, [N, 4 + nc + extras, A] for YOLOv8,
 * [N, A, 5 + nc + extras] for YOLOv5, boxes in pixels, or [N, nc] for classification; and prototypes to `output1`, [N, h, w, masks].
 * Batch normalizations are folded in; the model itself stays as it is.
 *
 * @throws LookonceError `UNSUPPORTED` for a layer that TensorFlow's operations cannot say
 */
export async function detectorOperations(model: DetectionModel, spec: GraphSpec): Promise<OperationGraph> {
  const copy = await fuse(await copyModel(model));
  try {
    if (!spec.dynamic) return await graphOf(copy, spec);
    // What differs between two numbers of images is what depends on it.
    const [one, two] = [await graphOf(copy, { ...spec, batch: 1 }), await graphOf(copy, { ...spec, batch: 2 })];
    return withOpenBatch(one, two);
  } finally {
    copy.dispose();
  }
}

async function graphOf(model: DetectionModel, { height, width, batch }: GraphSpec): Promise<OperationGraph> {
  const calls = await detectorGraph(model, { height, width, batch, convert: (decoded) => output0(model, decoded) });
  const graph = new GraphBuilder();
  const shapes = new Map(
    calls.flatMap(({ name, outputs }) =>
      outputs.map(({ shape }, i) => [i === 0 ? name : `${name}:${i}`, shape] as const),
    ),
  );
  for (const call of calls) lower(call, { shapes, graph });
  const port = (name: string): GraphPort => ({ name, node: `${name}:0`, shape: [...(shapes.get(name) ?? [])] });
  return {
    nodes: graph.nodes,
    constants: graph.constants,
    inputs: [port("images")],
    outputs: ["output0", "output1"].filter((name) => shapes.has(name)).map(port),
    metadata: {},
  };
}

interface Written {
  shapes: ReadonlyMap<string, readonly number[]>;
  graph: GraphBuilder;
}

function lower(call: DetectorCall, { shapes, graph }: Written): void {
  const { name, kernel } = call;
  const shape = shapes.get(name) as readonly number[];
  const written = new KernelCall(call, shapes, graph);
  if (kernel === "Placeholder") {
    graph.add({ name, op: kernel, inputs: [], attributes: { dtype: { type: "float32" }, shape: { shape } } });
  } else if (kernel === "Const") {
    const data = (call.contents as () => GraphConstant["data"])();
    graph.constant(name, { dtype: data instanceof Int32Array ? "int32" : "float32", shape, data });
  } else {
    const rule = Object.hasOwn(kernelRules, kernel) ? kernelRules[kernel] : undefined;
    if (rule === undefined) {
      throw new LookonceError(
        "UNSUPPORTED",
        `${name}: TensorFlow.js's ${kernel} cannot be written for other programs.`,
      );
    }
    rule(written as never);
  }
}

/** The graph in which the sizes that differ between two numbers of images are open (−1). */
function withOpenBatch(one: OperationGraph, two: OperationGraph): OperationGraph {
  const constants = new Map<string, GraphConstant>();
  for (const [name, constant] of one.constants) {
    const other = two.constants.get(name);
    if (other?.data.length !== constant.data.length) throw dependsOnBatch(name);
    if (constant.dtype !== "int32") {
      constants.set(name, constant);
      continue;
    }
    const data = (constant.data as Int32Array).map((value, i) => (value === other.data[i] ? value : -1));
    if (data.filter((value) => value === -1).length > 1) throw dependsOnBatch(name);
    constants.set(name, { ...constant, data });
  }
  const open = (shape: readonly number[] = []): number[] => [-1, ...shape.slice(1)];
  const nodes = one.nodes.map((node): OperationNode => {
    const { shape } = node.attributes;
    if (node.op !== "Placeholder" || shape === undefined || !("shape" in shape)) return node;
    return { ...node, attributes: { ...node.attributes, shape: { shape: open(shape.shape) } } };
  });
  const opened = (ports: OperationGraph["inputs"]): OperationGraph["inputs"] =>
    ports.map((port) => ({ ...port, shape: open(port.shape) }));
  return { ...one, nodes, constants, inputs: opened(one.inputs), outputs: opened(one.outputs) };
}

function dependsOnBatch(name: string): LookonceError {
  return new LookonceError(
    "UNSUPPORTED",
    `"${name}" depends on the number of images in a way that a graph for any number cannot say: leave dynamic out.`,
  );
}
