import { TensorProto_DataType as Proto } from "./generated/onnx-ml-pb.ts";

/** Element types, by the names that numpy and ONNX Runtime's JavaScript API use. */
export type TensorType =
  | "float32"
  | "float64"
  | "float16"
  | "bfloat16"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "bool"
  | "string";

/** The arrays of tensors. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** One of the classes in {@link TypedArray}. */
export interface TypedArrayClass {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): TypedArray;
}

/** Every element type's number in the file and array: 16-bit floats are their bits, booleans bytes; strings have none. */
export const TENSOR_TYPES: Readonly<Record<TensorType, { proto: Proto; array: TypedArrayClass | undefined }>> = {
  float32: { proto: Proto.FLOAT, array: Float32Array },
  float64: { proto: Proto.DOUBLE, array: Float64Array },
  float16: { proto: Proto.FLOAT16, array: Uint16Array },
  bfloat16: { proto: Proto.BFLOAT16, array: Uint16Array },
  int8: { proto: Proto.INT8, array: Int8Array },
  int16: { proto: Proto.INT16, array: Int16Array },
  int32: { proto: Proto.INT32, array: Int32Array },
  int64: { proto: Proto.INT64, array: BigInt64Array },
  uint8: { proto: Proto.UINT8, array: Uint8Array },
  uint16: { proto: Proto.UINT16, array: Uint16Array },
  uint32: { proto: Proto.UINT32, array: Uint32Array },
  uint64: { proto: Proto.UINT64, array: BigUint64Array },
  bool: { proto: Proto.BOOL, array: Uint8Array },
  string: { proto: Proto.STRING, array: undefined },
};
