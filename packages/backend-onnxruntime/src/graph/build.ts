import { GraphBuilder } from "@lookonce/onnx";
import { kernels } from "../kernels/index.ts";
import type { FilterGradients } from "./filter-gradients.ts";
import type { AnyKernel } from "./kernel.ts";
import { Lowering, type Target } from "./lowering.ts";
import type { Plan } from "./plan.ts";
import type { Named, Value } from "./value.ts";

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
  /** Names of the outputs. Default: `output0`, `output1`, … */
  readonly outputNames?: readonly string[] | undefined;
  /** Whether nodes without a scope, such as those of gradients, are named by the scope of what they read. Default `false`. */
  readonly namesGradients?: boolean;
  /** Channels a block, where tensors may be in blocks: graphs that are compiled as they are, on the CPU provider. */
  readonly block?: number | undefined;
}

/** Lowers every call of the plan to an ONNX graph. Returns also the names of the graph's inputs, by what feeds them. */
export function buildGraph(plan: Plan, options: BuildOptions): { graph: GraphBuilder; inputs: Map<Value, string> } {
  const graph = new GraphBuilder({ name: "lookonce" });
  const { target, block, filterGradients } = options;
  const to = new Lowering(graph, target, { autocast: plan.autocast, block, filterGradients });
  const inputs = new Map<Value, string>();
  const { inputName = ({ placeholder }, n) => placeholder ?? `input${n}` } = options;
  for (const value of [...plan.inputs, ...plan.constants]) {
    const { shape, dtype: type } = value;
    if (options.isConstant(value) && value.data !== undefined) {
      to.set(value, graph.initializer({ type, shape, data: value.data }, options.names?.get(value)));
    } else {
      const name = inputName(value, inputs.size);
      to.set(value, graph.input(name, type, shape));
      inputs.set(value, name);
    }
  }
  for (const { kernel: name, scope, inputs, attrs, outputs } of plan.nodes) {
    const kernel: AnyKernel = kernels[name];
    graph.scope = scope || (options.namesGradients ? scopeOfInputs(inputs) : "");
    kernel.lower(to, { inputs, attrs, output: outputs[0], outputs });
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

/** Gradients are computed outside of every module: they belong to the module whose tensor they read last. */
function scopeOfInputs(inputs: Named<Value>): string {
  return Object.values(inputs).findLast((value) => value?.producer?.scope)?.producer?.scope ?? "";
}
