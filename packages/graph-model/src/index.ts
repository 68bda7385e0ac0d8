export type { WeightEntry, WeightQuantization } from "./decode-weights.ts";
export type {
  GraphAttributeValue,
  GraphConstant,
  GraphPort,
  OperationGraph,
  OperationNode,
  TensorType,
} from "./graph.ts";
export { graphModelToOnnx } from "./graph-to-onnx.ts";
export { readModelJson } from "./read-model-json.ts";
export { runGraph } from "./run-graph.ts";
