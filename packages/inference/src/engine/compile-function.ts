import { onTracingBackend, type TracedFunction, trace } from "@lookonce/backend-onnxruntime";
import type * as tf from "@tensorflow/tfjs-core";
import { OnnxEngine, type OnnxEngineOptions } from "./onnx-engine.ts";

/** Options of {@link compileFunction}; the shape is that of the function's input, float32. */
export type CompileFunctionOptions = OnnxEngineOptions & { shape: readonly number[] };

/**
 * A function of one tensor as an engine, as models are run for inference: traced once, what it reads besides its input
 * constant, compiled with all of ONNX Runtime's optimizations.
 */
export async function compileFunction(
  run: (x: tf.Tensor) => tf.Tensor | readonly tf.Tensor[],
  options: CompileFunctionOptions,
): Promise<OnnxEngine> {
  const { shape, ...engine } = options;
  const inputs = [{ name: "x", shape: [...shape] }];
  const traced: TracedFunction = (x) => [run(x as tf.Tensor)].flat();
  const model = await onTracingBackend(() => trace(traced, { inputs, target: "onnxruntime" }));
  return OnnxEngine.create(model, engine);
}
