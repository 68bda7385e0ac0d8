import { create, toBinary } from "@bufbuild/protobuf";
import { LookonceError } from "@lookonce/errors";
import { checkTensor } from "./check-tensor.ts";
import { TensorProtoSchema } from "./generated/onnx-ml-pb.ts";
import type { AnyTensorValue } from "./model.ts";
import { delimited } from "./pieces.ts";
import { TENSOR_TYPES } from "./tensor-type.ts";

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** ONNX keeps raw tensors little-endian, as nearly every machine does; throws `UNSUPPORTED` on one that does not. */
export function requireLittleEndian(): void {
  if (!LITTLE_ENDIAN) {
    throw new LookonceError("UNSUPPORTED", "ONNX tensors can be read and written on little-endian machines only.");
  }
}

/** The bytes of a `TensorProto`, numbers without copying them; throws `ARGUMENT` when the data does not fit. */
export function encodeTensor(value: AnyTensorValue, where: string, name = ""): Uint8Array[] {
  checkTensor(value, where);
  const { data } = value;
  const isRaw = ArrayBuffer.isView(data);
  const encoder = new TextEncoder();
  const header = create(TensorProtoSchema, {
    dims: value.shape.map(BigInt),
    dataType: TENSOR_TYPES[value.type].proto,
    ...(name !== "" && { name }),
    ...(!isRaw && { stringData: data.map((text) => encoder.encode(text)) }),
  });
  const pieces = [toBinary(TensorProtoSchema, header)];
  if (!isRaw) return pieces;
  requireLittleEndian();
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return [...pieces, ...delimited(TensorProtoSchema.field.rawData.number, [raw])];
}
