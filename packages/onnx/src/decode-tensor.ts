import { LookonceError } from "@lookonce/errors";
import { requireLittleEndian } from "./encode-tensor.ts";
import {
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type TensorProto,
} from "./generated/onnx-ml-pb.ts";
import type { AnyTensorValue } from "./model.ts";
import { TENSOR_TYPES, type TensorType, type TypedArray, type TypedArrayClass } from "./tensor-type.ts";

const BY_NUMBER: ReadonlyMap<number, TensorType> = new Map(
  (Object.keys(TENSOR_TYPES) as TensorType[]).map((type) => [TENSOR_TYPES[type].proto, type]),
);

/**
 * A tensor out of a model, from its raw bytes or its typed field.
 *
 * `where` names the file and the tensor. Raw bytes are not copied when they lie where the array type allows it. Throws
 * `FORMAT` when type, shape and data disagree, and `UNSUPPORTED` for types and places that cannot be read.
 */
export function decodeTensor(proto: TensorProto, where: string): AnyTensorValue {
  const type = knownType(proto.dataType, where);
  if (proto.dataLocation === DataLocation.EXTERNAL) {
    throw new LookonceError(
      "UNSUPPORTED",
      `${where}: the data lies in another file. Save the model with its weights inside.`,
    );
  }
  const shape = proto.dims.map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  if (shape.some((size) => size < 0) || !Number.isSafeInteger(count)) {
    throw new LookonceError("FORMAT", `${where}: [${shape.join(", ")}] is not a shape. The file is damaged.`);
  }
  const { array } = TENSOR_TYPES[type];
  if (array === undefined) {
    requireLength(proto.stringData.length, count, shape, where);
    return { type: "string", shape, data: proto.stringData.map((bytes) => decodeUtf8(bytes, where)) };
  }
  const raw = proto.rawData;
  const data = raw.byteLength > 0 ? fromRaw(raw, array, where) : fromField(proto, type, array, where);
  requireLength(data.length, count, shape, where);
  return { type, shape, data };
}

/** The element type with this number; throws `UNSUPPORTED` for those that cannot be read. */
export function knownType(number: number, where: string): TensorType {
  const type = BY_NUMBER.get(number);
  if (type !== undefined) return type;
  const label = DataType[number] ?? `number ${number}`;
  throw new LookonceError("UNSUPPORTED", `${where}: tensors of type ${label} cannot be read.`);
}

function requireLength(length: number, count: number, shape: readonly number[], where: string): void {
  if (length === count) return;
  throw new LookonceError(
    "FORMAT",
    `${where}: shape [${shape.join(", ")}] needs ${count} elements, but the file has ${length}. The file is damaged.`,
  );
}

/** Text out of bytes; throws `FORMAT` when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new LookonceError("FORMAT", `${where}: text that is not UTF-8.`, { cause });
  }
}

function fromRaw(raw: Uint8Array, array: TypedArrayClass, where: string): TypedArray {
  requireLittleEndian();
  const length = raw.byteLength / array.BYTES_PER_ELEMENT;
  if (!Number.isInteger(length)) {
    throw new LookonceError(
      "FORMAT",
      `${where}: ${raw.byteLength} bytes are not a whole number of elements. The file is damaged.`,
    );
  }
  if (raw.byteOffset % array.BYTES_PER_ELEMENT === 0) return new array(raw.buffer, raw.byteOffset, length);
  // Not raw.slice(): on a Buffer that is another view of the same memory.
  return new array(new Uint8Array(raw).buffer, 0, length);
}

/** Which typed field contains which type: the comments on `TensorProto` in onnx-ml.proto. */
function fromField(proto: TensorProto, type: TensorType, array: TypedArrayClass, where: string): TypedArray {
  const values = typedField(proto, type);
  const data = new array(values.length);
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i]!;
    data[i] = value;
    // Half floats are stored as the unsigned value of their bits, everything else as itself.
    if (data[i] !== value && !Number.isNaN(value)) {
      throw new LookonceError("FORMAT", `${where}: ${value} is no ${type}. The file is damaged.`);
    }
  }
  return data;
}

function typedField(proto: TensorProto, type: TensorType): readonly number[] | readonly bigint[] {
  if (type === "float32") return proto.floatData;
  if (type === "float64") return proto.doubleData;
  if (type === "int64") return proto.int64Data;
  if (type === "uint64") return proto.uint64Data;
  return type === "uint32" ? proto.uint64Data.map(Number) : proto.int32Data;
}
