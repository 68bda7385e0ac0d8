import { GraphBuilder } from "@lookonce/onnx";
import { kernels } from "../kernels/index.ts";
import type { AnyKernel } from "./kernel.ts";
import { Lowering, type Target } from "./lowering.ts";
import type { Plan } from "./plan.ts";
import type { Value } from "./value.ts";

/** A plan as an ONNX graph. */
export interface BuiltGraph {
  readonly graph: GraphBuilder;
  /** Inputs of the graph with the values that feed them. */
  readonly inputs: readonly { name: string; value: Value }[];
}

/** Options of {@link buildGraph}. */
export interface BuildOptions {
  readonly target: Target;
  /** Whether a value with contents becomes an initializer (true) or an input of the graph (false). */
  readonly isConstant: (value: Value) => boolean;
  /** Names for values with contents, such as a network's weights. */
  readonly names?: ReadonlyMap<Value, string>;
  /** Names of the outputs. Default: `output0`, `output1`, … */
  readonly outputNames?: readonly string[];
}

/** Lowers every call of the plan. */
export function buildGraph(plan: Plan, options: BuildOptions): BuiltGraph {
  const graph = new GraphBuilder({ name: "lookonce" });
  const to = new Lowering(graph, options.target, { autocast: plan.autocast });
  const inputs: { name: string; value: Value }[] = [];
  for (const value of [...plan.inputs, ...plan.constants]) {
    const { shape, dtype: type } = value;
    if (options.isConstant(value) && value.data !== undefined) {
      to.set(value, graph.initializer({ type, shape, data: value.data }, options.names?.get(value)));
    } else {
      const name = value.placeholder ?? `input${inputs.length}`;
      to.set(value, graph.input(name, type, shape));
      inputs.push({ name, value });
    }
  }
  for (const { kernel: name, scope, inputs: values, attrs, outputs } of plan.nodes) {
    const kernel: AnyKernel = kernels[name];
    const named = kernel.inputs === "list" ? values : fromNames(kernel.inputs, values);
    graph.scope = scope;
    kernel.lower(to, { inputs: named, attrs, output: outputs[0], outputs });
  }
  graph.scope = "";
  for (const [i, value] of plan.outputs.entries()) {
    const name = options.outputNames?.[i] ?? `output${i}`;
    // A copy under the output's own name: the same node may feed several outputs.
    graph.node("Identity", [to.get(value)], {}, { outputs: [name] });
    graph.output(name, value.dtype, value.shape);
  }
  // A lowering may compute from an input's inputs and leave the input itself unread.
  graph.prune();
  return { graph, inputs };
}

function fromNames(
  names: readonly string[],
  values: readonly (Value | undefined)[],
): Record<string, Value | undefined> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}
