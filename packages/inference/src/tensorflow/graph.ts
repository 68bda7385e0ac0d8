/** Types of tensors in TensorFlow's graphs, as far as detectors need them. */
export type TensorType = "float32" | "float16" | "int32" | "bool";

/** A node's attribute: one of TensorFlow's kinds. */
export type GraphAttributeValue =
  | { type: TensorType }
  | { i: number }
  | { f: number }
  | { b: boolean }
  | { s: string }
  | { ints: readonly number[] }
  | { strings: readonly string[] }
  /** Sizes; −1 where any size will do. */
  | { shape: readonly number[] };

/** An operation of TensorFlow. */
export interface OperationNode {
  /** Unique in its graph. */
  name: string;
  /** TensorFlow's name of the operation, such as `Conv2D`. */
  op: string;
  /** Names of the nodes that it reads; `name:1` for the second output of one. */
  inputs: readonly string[];
  attributes: Readonly<Record<string, GraphAttributeValue>>;
}

/** What a node `Const` holds; half precision is widened when it is read. */
export interface GraphConstant {
  dtype: "float32" | "int32" | "bool";
  shape: readonly number[];
  data: Float32Array | Int32Array | Uint8Array;
}

/** An input or output of a graph. */
export interface GraphPort {
  /** What it is called outside. */
  name: string;
  /** The node, with `:1` for a second output. */
  node: string;
  /** Sizes, −1 where they are open; absent where the file does not say. */
  shape?: readonly number[];
}

/** A program of TensorFlow's operations: what a `model.json` of TensorFlow.js or a SavedModel holds. */
export interface OperationGraph {
  nodes: readonly OperationNode[];
  /** Contents of the nodes `Const`, by name. */
  constants: ReadonlyMap<string, GraphConstant>;
  inputs: readonly GraphPort[];
  outputs: readonly GraphPort[];
  /** What its maker says of it, such as the names of classes. */
  metadata: Readonly<Record<string, unknown>>;
}
