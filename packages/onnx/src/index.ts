export { elementType, float, floats, int, ints, str, strs, tensor } from "./attribute.ts";
export { formatClassNames, parseClassNames } from "./class-names.ts";
export { type BuildOptions, GraphBuilder, type GraphBuilderOptions, type NodeOptions } from "./graph-builder.ts";
export {
  type AnyTensorValue,
  type Attribute,
  modelMetadata,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type StringTensorValue,
  type TensorValue,
  type ValueInfo,
} from "./model.ts";
export { parseModel } from "./parse-model.ts";
export { serializeModel } from "./serialize-model.ts";
export type { TensorType, TypedArray } from "./tensor-type.ts";
