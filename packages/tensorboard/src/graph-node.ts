/** Types of tensors on a graph's edges. */
export type EdgeType = "float32" | "float16" | "int32" | "int64" | "bool" | "string";

/** What comes out of a node. */
export interface GraphOutput {
  shape: readonly number[];
  /** Default `float32`. */
  type?: EdgeType;
}

/** What a node's panel shows beside its inputs and outputs. */
export type GraphAttribute = string | number | boolean | readonly number[] | readonly string[];

/** One node of a graph. */
export interface GraphNode {
  /** Unique; slashes part it into scopes, which TensorBoard draws as boxes: `model/0/conv/Conv2D`. */
  name: string;
  /** Operator, such as `Conv2D`. */
  op: string;
  /** Names of the nodes that it reads; `name:1` for the second output of one. */
  inputs?: readonly string[];
  /** Where it runs, such as `/device:CPU:0`; TensorBoard can color by it. */
  device?: string;
  /** Shapes and types of its outputs; TensorBoard writes the shapes on the edges. */
  outputs?: readonly GraphOutput[];
  attributes?: Readonly<Record<string, GraphAttribute>>;
}
