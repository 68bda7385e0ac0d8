import { LookonceError } from "@lookonce/errors";
import { bfloatToFloat, floatToHalf, halfToFloat } from "./half.ts";
import type { StoredTensor, TensorData } from "./tensor.ts";

/** How elements of one type are stored, and what files call the type. */
export interface ElementType {
  safetensors: string;
  /** PyTorch's storage class, without "Storage". */
  storage: string;
  /** PyTorch's `dtype`. */
  dtype: string;
  array: ArrayType;
  /** Half precision and bfloat16 are stored as bits, and widened to single precision when read. */
  widen?: (bits: Uint16Array) => Float32Array;
}

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): TensorData;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TensorData;
}

export const elementTypes: readonly ElementType[] = [
  { safetensors: "F64", storage: "Double", dtype: "float64", array: Float64Array },
  { safetensors: "F32", storage: "Float", dtype: "float32", array: Float32Array },
  { safetensors: "F16", storage: "Half", dtype: "float16", array: Uint16Array, widen: halfToFloat },
  { safetensors: "BF16", storage: "BFloat16", dtype: "bfloat16", array: Uint16Array, widen: bfloatToFloat },
  { safetensors: "I64", storage: "Long", dtype: "int64", array: BigInt64Array },
  { safetensors: "I32", storage: "Int", dtype: "int32", array: Int32Array },
  { safetensors: "I16", storage: "Short", dtype: "int16", array: Int16Array },
  { safetensors: "I8", storage: "Char", dtype: "int8", array: Int8Array },
  { safetensors: "U16", storage: "UInt16", dtype: "uint16", array: Uint16Array },
  { safetensors: "U8", storage: "Byte", dtype: "uint8", array: Uint8Array },
  { safetensors: "BOOL", storage: "Bool", dtype: "bool", array: Uint8Array },
];

/** The tensor of these elements, widened where its type asks for it. */
export function storedTensor(
  shape: readonly number[],
  data: TensorData,
  { safetensors, widen }: ElementType,
): StoredTensor {
  const tensor: StoredTensor = { shape: [...shape], data: widen?.(data as Uint16Array) ?? data };
  return safetensors === "BOOL" ? { ...tensor, dtype: "BOOL" } : tensor;
}

/** A tensor's bytes in files; `half` rounds single precision to half. `ARGUMENT` where data and shape disagree. */
export function tensorBytes(name: string, { shape, data, dtype }: StoredTensor, half: boolean): EncodedTensor {
  if (shape.reduce((a, b) => a * b, 1) !== data.length) throw badTensor(name, { shape, data });
  const stored = half && data instanceof Float32Array ? floatToHalf(data) : data;
  const wanted = stored === data ? dtype : "F16";
  const type = elementTypes.find(({ safetensors, array, widen }) =>
    wanted === undefined ? widen === undefined && data instanceof array : safetensors === wanted,
  );
  if (type === undefined) throw badTensor(name, { shape, data });
  return { type, bytes: new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength) };
}

interface EncodedTensor {
  type: ElementType;
  bytes: Uint8Array;
}

export function badTensor(name: string, { shape, data }: StoredTensor): LookonceError {
  return new LookonceError(
    "ARGUMENT",
    `tensor "${name}" cannot be written: shape [${shape}] with ${data.length} elements`,
  );
}

/** Whether a value from a file is a size or an offset. */
export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}
