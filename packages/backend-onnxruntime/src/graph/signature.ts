import type { DataType } from "@tensorflow/tfjs-core";

/** Values on the host. Booleans are bytes, as in tfjs. */
export type HostData = Float32Array | Int32Array | Uint8Array;

/** Element types that graphs compute with. */
export type NumericType = "float32" | "int32" | "bool";

/** Shape and element type of a tensor. */
export interface Signature {
  readonly shape: number[];
  readonly dtype: DataType;
}
