import { type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { LookonceError } from "@lookonce/errors";
import { encodeTensor } from "./encode-tensor.ts";
import { AttributeProtoSchema, AttributeProto_AttributeType as AttributeType } from "./generated/onnx-ml-pb.ts";
import type { AnyTensorValue, Attribute, OnnxGraph } from "./model.ts";
import { joined } from "./pieces.ts";

const FIELD = AttributeProtoSchema.field;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const UINT32_MAX = 2 ** 32 - 1;

const encoder = new TextEncoder();

/** An attribute's name, what messages call it, and how a graph inside it is written. */
export interface AttributePlace {
  readonly name: string;
  readonly where: () => string;
  readonly encodeGraph: (graph: OnnxGraph) => Uint8Array;
}

/** Writes an `AttributeProto` field by field: message objects for tens of thousands of attributes would take longest. */
export function writeAttribute(
  writer: BinaryWriter,
  value: Attribute,
  { name, where, encodeGraph }: AttributePlace,
): void {
  writer.tag(FIELD.name.number, WireType.LengthDelimited).string(name);
  const start = (type: AttributeType): void => {
    writer.tag(FIELD.type.number, WireType.Varint).int32(type);
  };
  const integers = (type: AttributeType, field: number, values: readonly number[]): void => {
    start(type);
    for (const each of values) writeInt(writer.tag(field, WireType.Varint), each, where);
  };
  const floats = (type: AttributeType, field: number, values: readonly number[]): void => {
    start(type);
    // Beyond the range of 32 bits this stores an infinity, as ONNX's own helper does; the library would throw.
    for (const each of values) writer.tag(field, WireType.Bit32).raw(new Uint8Array(Float32Array.of(each).buffer));
  };
  const blocks = (type: AttributeType, field: number, values: readonly Uint8Array[]): void => {
    start(type);
    for (const each of values) writer.tag(field, WireType.LengthDelimited).bytes(each);
  };
  const text = (string: string): Uint8Array => encoder.encode(string);
  const tensor = (constant: AnyTensorValue): Uint8Array => joined(encodeTensor(constant, where()));
  if ("int" in value) integers(AttributeType.INT, FIELD.i.number, [value.int]);
  else if ("ints" in value) integers(AttributeType.INTS, FIELD.ints.number, value.ints);
  else if ("float" in value) floats(AttributeType.FLOAT, FIELD.f.number, [value.float]);
  else if ("floats" in value) floats(AttributeType.FLOATS, FIELD.floats.number, value.floats);
  else if ("string" in value) blocks(AttributeType.STRING, FIELD.s.number, [text(value.string)]);
  else if ("strings" in value) blocks(AttributeType.STRINGS, FIELD.strings.number, value.strings.map(text));
  else if ("tensor" in value) blocks(AttributeType.TENSOR, FIELD.t.number, [tensor(value.tensor)]);
  else if ("tensors" in value) blocks(AttributeType.TENSORS, FIELD.tensors.number, value.tensors.map(tensor));
  else if ("graph" in value) blocks(AttributeType.GRAPH, FIELD.g.number, [encodeGraph(value.graph)]);
  else if ("graphs" in value) blocks(AttributeType.GRAPHS, FIELD.graphs.number, value.graphs.map(encodeGraph));
  else {
    throw new LookonceError(
      "ARGUMENT",
      `${where()} has no value of a known kind (int, ints, float, floats, string, strings, tensor, tensors, graph, graphs), but ${JSON.stringify(value)}.`,
    );
  }
}

function writeInt(writer: BinaryWriter, value: number, where: () => string): void {
  // Small numbers are the same bytes in 32 and 64 bits, and need no bigint.
  if (Number.isInteger(value) && value >= 0 && value <= UINT32_MAX) writer.uint32(value);
  else if (value >= 2 ** 63) writer.int64(INT64_MAX);
  else if (value <= -(2 ** 63)) writer.int64(INT64_MIN);
  else if (Number.isInteger(value)) writer.int64(BigInt(value));
  else throw new LookonceError("ARGUMENT", `${where()}: expected a whole number, not ${value}.`);
}
