import { LookonceError } from "@lookonce/errors";
import type { BuildOptions, OnnxModel } from "@lookonce/onnx";
import * as tf from "@tensorflow/tfjs-core";
import { withAxesAttributes } from "./axes-attributes.ts";
import { buildGraph } from "./graph/build.ts";
import type { Target } from "./graph/lowering.ts";
import { makePlan, type Plan } from "./graph/plan.ts";
import { hostValue, type Value } from "./graph/value.ts";
import { inScope, recordOnly, tensorOf } from "./record-only.ts";
import { nameCalls, type RecordedCall } from "./recorded-call.ts";
import { currentBackend } from "./register.ts";

/** An input of a traced function. */
export interface TraceInput {
  name: string;
  shape: number[];
  /** Default: `float32`. */
  dtype?: "float32" | "int32" | "bool";
}

/** Options of {@link recordCalls}, and of {@link trace}. */
export interface RecordOptions {
  /** The function's inputs, in order. */
  inputs: readonly TraceInput[];
  /** Names of the outputs, in order. Default: `output0`, `output1`, … */
  outputNames?: readonly string[];
  /** Names of tensors that the function reads besides its inputs, such as a network's weights. */
  names?: ReadonlyMap<string, tf.Tensor>;
}

/** Options of {@link trace}. */
export interface TraceOptions extends BuildOptions, RecordOptions {
  /** `portable` (default) uses ONNX's own operators alone; `onnxruntime` also those that only ONNX Runtime has. */
  target?: Target;
  /** Compute convolutions and matmuls in half precision, everything else in single. Default `false`. */
  autocast?: boolean;
}

/** A function of tensors to be traced. */
export type TracedFunction = (...inputs: tf.Tensor[]) => readonly tf.Tensor[];

/**
 * Writes a function of tensors down as an ONNX model. Whatever it reads besides its inputs, such as a network's
 * weights, becomes a constant of the model. Nodes are named by the scopes of {@link enterScope}.
 *
 * The current backend must be `onnxruntime`. The function must not wait for values.
 *
 * @throws LookonceError `DEVICE` on another backend
 */
export async function trace(run: TracedFunction, options: TraceOptions): Promise<OnnxModel> {
  const { target = "portable", autocast = false, outputNames } = options;
  const { plan, names } = await record(run, options);
  const { graph } = buildGraph({ ...plan, autocast }, { target, isConstant: () => true, names, outputNames });
  const model = graph.build(options);
  return (options.opset ?? axesAreInputs) < axesAreInputs ? withAxesAttributes(model) : model;
}

/** The operator set from which on the axes of every reduction are an input. */
const axesAreInputs = 18;

/**
 * The kernel calls of a function of tensors, inputs before what reads them, with names and shapes: its graph as tfjs sees
 * it, for display. As in {@link trace}, the backend must be `onnxruntime` and the function must not wait for values.
 *
 * @throws LookonceError `DEVICE` on another backend
 */
export async function recordCalls(run: TracedFunction, options: RecordOptions): Promise<RecordedCall[]> {
  const { plan, names } = await record(run, options);
  return nameCalls(plan, names, options.outputNames);
}

/**
 * Sets the scope of calls from now on: a part of the program, such as a module's path with slashes between its names.
 *
 * @returns a function that restores the scope from before; call it in a `finally`
 */
export function enterScope(scope: string): () => void {
  const backend = currentBackend();
  if (backend === undefined) return () => {};
  const before = backend.scope;
  backend.scope = scope;
  return () => {
    backend.scope = before;
  };
}

/** Runs a function whose calls are computed in single precision, also in a graph with autocast. */
export function inSinglePrecision<T>(run: () => T): T {
  const backend = currentBackend();
  if (backend === undefined) return run();
  const before = backend.isSingle;
  backend.isSingle = true;
  try {
    return run();
  } finally {
    backend.isSingle = before;
  }
}

async function record(run: TracedFunction, options: RecordOptions): Promise<{ plan: Plan; names: Map<Value, string> }> {
  const backend = currentBackend();
  if (backend === undefined) {
    throw new LookonceError("DEVICE", `tracing needs the onnxruntime backend; the current one is "${tf.getBackend()}"`);
  }
  // What is pending now would otherwise be recomputed inside the model.
  await backend.flush();
  const names = new Map([...(options.names ?? [])].map(([name, tensor]) => [backend.value(tensor), name]));
  const plan = recordOnly(backend, () =>
    inScope(() => {
      const inputs = options.inputs.map(({ name, shape, dtype = "float32" }) =>
        tensorOf(backend, { ...hostValue(shape, dtype), placeholder: name }),
      );
      return makePlan(run(...inputs).map((tensor) => backend.value(tensor)));
    }),
  );
  await backend.fetch([...plan.inputs, ...plan.constants]);
  return { plan, names };
}
