import { LookonceError } from "@lookonce/errors";
import type { BuildOptions, OnnxModel } from "@lookonce/onnx";
import * as tf from "@tensorflow/tfjs-core";
import { type BuiltGraph, buildGraph } from "./graph/build.ts";
import type { Target } from "./graph/lowering.ts";
import { makePlan } from "./graph/plan.ts";
import { hostValue } from "./graph/value.ts";
import { kernels } from "./kernels/index.ts";
import { currentBackend } from "./register.ts";

/** An input of a traced function. */
export interface TraceInput {
  name: string;
  shape: number[];
  /** Default: `float32`. */
  dtype?: "float32" | "int32" | "bool";
}

/** Options of {@link trace}. */
export interface TraceOptions extends BuildOptions {
  /** The function's inputs, in order. */
  inputs: readonly TraceInput[];
  /** Names of the outputs, in order. Default: `output0`, `output1`, … */
  outputNames?: readonly string[];
  /** `portable` (default) uses ONNX's own operators alone; `onnxruntime` also those that only ONNX Runtime has. */
  target?: Target;
}

/**
 * Writes a function of tensors down as an ONNX model. Whatever it reads besides its inputs, such as a network's
 * weights, becomes a constant of the model.
 *
 * The current backend must be `onnxruntime`. The function must not wait for values.
 *
 * @throws LookonceError `DEVICE` on another backend
 */
export async function trace(
  run: (...inputs: tf.Tensor[]) => readonly tf.Tensor[],
  options: TraceOptions,
): Promise<OnnxModel> {
  const backend = currentBackend();
  if (backend === undefined) {
    throw new LookonceError("DEVICE", `tracing needs the onnxruntime backend; the current one is "${tf.getBackend()}"`);
  }
  // What is pending now would otherwise be recomputed inside the model.
  await backend.flush();
  let built: BuiltGraph | undefined;
  tf.tidy(() => {
    const inputs = options.inputs.map(({ name, shape, dtype = "float32" }) => {
      const dataId = backend.register({ ...hostValue(shape, dtype, undefined), placeholder: name });
      return tf.engine().makeTensorFromDataId(dataId, shape, dtype, backend);
    });
    const outputs = run(...inputs).map((tensor) => backend.held(tensor));
    built = buildGraph(makePlan(outputs), {
      kernels,
      target: options.target ?? "portable",
      isConstant: () => true,
      ...(options.outputNames === undefined ? {} : { outputNames: options.outputNames }),
    });
  });
  const { inputs: _, outputNames: __, target: ___, ...build } = options;
  return (built as BuiltGraph).graph.build(build);
}
