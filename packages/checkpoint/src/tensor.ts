/** The array behind a stored tensor. Half precision and bfloat16 are widened to single precision when read. */
export type TensorData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array
  | Uint16Array;

/** A tensor as files store it: row-major data and a shape; `[]` is a scalar. */
export interface StoredTensor {
  shape: number[];
  data: TensorData;
  /** Set for truth values (0 or 1 in a `Uint8Array`), so that they are written as what they were. */
  dtype?: "BOOL";
}
