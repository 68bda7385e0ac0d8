import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { LookonceError } from "@lookonce/errors";
import { type TensorProto, TensorProtoSchema } from "./generated/onnx-ml-pb.ts";
import type { AnyTensorValue } from "./model.ts";
import { TENSOR_TYPES } from "./tensor-type.ts";

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The bytes of a tensor as the file keeps them, without copying; `undefined` for strings. */
export function rawBytes(value: AnyTensorValue): Uint8Array | undefined {
  if (!ArrayBuffer.isView(value.data)) return undefined;
  requireLittleEndian();
  return new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength);
}

/** ONNX keeps raw tensors little-endian, as nearly every machine does; throws `UNSUPPORTED` on one that does not. */
export function requireLittleEndian(): void {
  if (!LITTLE_ENDIAN) {
    throw new LookonceError("UNSUPPORTED", "ONNX tensors can be read and written on little-endian machines only.");
  }
}

/** A tensor's name, type and shape, and its data when that is strings; numbers are added by the caller. */
export function tensorHeader(value: AnyTensorValue, name = ""): TensorProto {
  const init: MessageInitShape<typeof TensorProtoSchema> = {
    dims: value.shape.map(BigInt),
    dataType: TENSOR_TYPES[value.type].proto,
  };
  if (name !== "") init.name = name;
  if (!ArrayBuffer.isView(value.data)) {
    const encoder = new TextEncoder();
    init.stringData = value.data.map((text) => encoder.encode(text));
  }
  return create(TensorProtoSchema, init);
}

/** A whole tensor as a message, its data by reference. */
export function tensorMessage(value: AnyTensorValue, name = ""): TensorProto {
  const message = tensorHeader(value, name);
  const raw = rawBytes(value);
  if (raw !== undefined) message.rawData = raw;
  return message;
}
