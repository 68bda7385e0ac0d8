import { GraphBuilder } from "@lookonce/onnx";
import { kernels } from "../kernels/index.ts";
import type { FilterGradients } from "./filter-gradients.ts";
import type { AnyKernel } from "./kernel.ts";
import { Lowering, type Target } from "./lowering.ts";
import type { Plan } from "./plan.ts";
import { type Named, operandsOf, type Value } from "./value.ts";

/** Options of {@link buildGraph}. */
export interface BuildOptions {
  readonly target: Target;
  /** Whether a value with contents becomes an initializer (true) or an input of the graph (false). */
  readonly isConstant: (value: Value) => boolean;
  /** Filter gradients on blocks of channels that work: in graphs that are compiled as they are, on the CPU provider. */
  readonly filterGradients?: FilterGradients | undefined;
  /** Names for values with contents, such as a network's weights. */
  readonly names?: ReadonlyMap<Value, string>;
  /** Names the n-th input of the graph. Default: the name of a trace's input, or `input0`, `input1`, … */
  readonly inputName?: (value: Value, n: number) => string;
  /** Which inputs of the graph have no declared shape. Default: none. */
  readonly isShapeless?: (value: Value) => boolean;
  /** Names of the outputs. Default: `output0`, `output1`, … */
  readonly outputNames?: readonly string[] | undefined;
  /**
   * Whether outputs have names of their own, each from a node that copies, as a node may feed several. Otherwise an output
   * with axes has the name of what computes it, where that is a node which feeds no other output. Default `true`.
   */
  readonly copiesOutputs?: boolean;
  /**
   * Which nodes have names with the scope that their call was recorded in, for people: those with a scope of their own
   * (default), all, where gradients and others without one have that of what they read, or none.
   */
  readonly scopes?: "own" | "all" | "none";
  /** Channels a block, where tensors may be in blocks: graphs that are compiled as they are, on the CPU provider. */
  readonly block?: number | undefined;
}

/** Lowers every call of the plan to an ONNX graph. Returns also the names of the graph's inputs, by what feeds them. */
export function buildGraph(plan: Plan, options: BuildOptions): { graph: GraphBuilder; inputs: Map<Value, string> } {
  const graph = new GraphBuilder({ name: "lookonce" });
  const { target, block, filterGradients, scopes = "own" } = options;
  const uses = new Map<Value, number>();
  for (const value of [...plan.nodes.flatMap(operandsOf), ...plan.outputs]) uses.set(value, (uses.get(value) ?? 0) + 1);
  const to = new Lowering(graph, target, { autocast: plan.autocast, block, filterGradients, uses });
  const inputs = new Map<Value, string>();
  const { inputName = ({ placeholder }, n) => placeholder ?? `input${n}` } = options;
  for (const value of [...plan.inputs, ...plan.constants]) {
    const { shape, dtype: type } = value;
    if (options.isConstant(value) && value.data !== undefined) {
      to.set(value, graph.initializer({ type, shape, data: value.data }, options.names?.get(value)));
    } else {
      const name = inputName(value, inputs.size);
      to.set(value, graph.input(name, type, options.isShapeless?.(value) ? undefined : shape));
      inputs.set(value, name);
    }
  }
  for (const { kernel: name, scope, isSingle = false, inputs, attrs, outputs } of plan.nodes) {
    const kernel: AnyKernel = kernels[name];
    if (scopes !== "none") graph.scope = scope || (scopes === "all" ? scopeOfInputs(inputs) : "");
    to.isSingle = isSingle;
    kernel.lower(to, { inputs, attrs, output: outputs[0], outputs });
  }
  graph.scope = "";
  const results = plan.outputs.map((value) => to.get(value));
  const own = options.copiesOutputs === false ? graph.computed : new Set<string>();
  for (const [i, { dtype, shape }] of plan.outputs.entries()) {
    const result = results[i] ?? "";
    // ONNX Runtime computes first what the last of all unread nodes needs. A step's last results are numbers, among them the
    // norm of all gradients: by their copies each gradient is computed as soon as it can be, and maps are freed.
    const isOwn = shape.length > 0 && own.delete(result);
    const name = isOwn ? result : (options.outputNames?.[i] ?? `output${i}`);
    if (name !== result) graph.node("Identity", [result], {}, { outputs: [name] });
    graph.output(name, dtype, shape);
  }
  // A lowering may compute from an input's inputs and leave the input itself unread.
  graph.prune();
  if (plan.inOrder && target !== "webgpu") {
    // ONNX Runtime begins with what the last of all unread nodes needs: here those are one an output, the first call's last.
    const calls = plan.outputs.map(({ producer }, i) => ({ id: producer?.id ?? -1, name: results[i] ?? "" }));
    for (const { name } of calls.sort((a, b) => b.id - a.id)) graph.node("Size", [name]);
  }
  return { graph, inputs };
}

/** Gradients are computed outside of every module: they belong to the module whose tensor they read last. */
function scopeOfInputs(inputs: Named<Value>): string {
  return Object.values(inputs).findLast((value) => value?.producer?.scope)?.producer?.scope ?? "";
}
