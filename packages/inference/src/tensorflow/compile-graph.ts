import { LookonceError } from "@lookonce/errors";
import type * as tf from "@tensorflow/tfjs-core";
import { type CompileFunctionOptions, compileFunction } from "../engine/compile-function.ts";
import type { OnnxEngine } from "../engine/onnx-engine.ts";
import type { OperationGraph } from "./graph.ts";
import { runGraph } from "./run-graph.ts";

/**
 * A graph of TensorFlow's operations as an engine: float32 images [N, H, W, 3] to its first output.
 *
 * @throws LookonceError `UNSUPPORTED` for operations that are not known, and graphs of several inputs
 */
export async function compileGraph(graph: OperationGraph, options: CompileFunctionOptions): Promise<OnnxEngine> {
  if (graph.inputs.length !== 1 || graph.outputs.length === 0) {
    throw new LookonceError(
      "UNSUPPORTED",
      `the graph takes ${graph.inputs.length} inputs and has ${graph.outputs.length} outputs; a detector takes one, its images.`,
    );
  }
  return compileFunction((x) => runGraph(graph, [x])[0] as tf.Tensor, options);
}
