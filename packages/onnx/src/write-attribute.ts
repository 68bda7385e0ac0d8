import { toBinary } from "@bufbuild/protobuf";
import { type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { LookonceError } from "@lookonce/errors";
import { checkTensor } from "./check-tensor.ts";
import { tensorMessage } from "./encode-tensor.ts";
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProtoSchema,
} from "./generated/onnx-ml-pb.ts";
import type { AnyTensorValue, Attribute, OnnxGraph } from "./model.ts";

const FIELD = AttributeProtoSchema.field;
const NAME = FIELD.name.number;
const TYPE = FIELD.type.number;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const UINT32_MAX = 2 ** 32 - 1;

const encoder = new TextEncoder();

/** Where an attribute is, and how a graph inside it is written. */
export interface AttributePlace {
  /** Name of the attribute. */
  readonly name: string;
  /** What messages call its node. */
  readonly node: () => string;
  /** The bytes of a graph, weights included. */
  readonly graph: (graph: OnnxGraph) => Uint8Array;
}

/**
 * Writes one attribute as the fields of an `AttributeProto`.
 *
 * Field by field, since a message object for each of tens of thousands of attributes takes longer than all the rest.
 */
export function writeAttribute(writer: BinaryWriter, value: Attribute, place: AttributePlace): void {
  writer.tag(NAME, WireType.LengthDelimited).string(place.name);
  if ("int" in value) writeInts(writer, [value.int], { field: FIELD.i.number, type: AttributeType.INT, place });
  else if ("ints" in value)
    writeInts(writer, value.ints, { field: FIELD.ints.number, type: AttributeType.INTS, place });
  else if ("float" in value) writeFloats(writer, [value.float], FIELD.f.number, AttributeType.FLOAT);
  else if ("floats" in value) writeFloats(writer, value.floats, FIELD.floats.number, AttributeType.FLOATS);
  else writeBlocks(writer, value, place);
}

function writeType(writer: BinaryWriter, type: AttributeType): void {
  writer.tag(TYPE, WireType.Varint).int32(type);
}

interface IntField {
  readonly field: number;
  readonly type: AttributeType;
  readonly place: AttributePlace;
}

function writeInts(writer: BinaryWriter, values: readonly number[], { field, type, place }: IntField): void {
  writeType(writer, type);
  for (const value of values) {
    writer.tag(field, WireType.Varint);
    // Small numbers are the same bytes in 32 and 64 bits, and need no bigint.
    if (Number.isInteger(value) && value >= 0 && value <= UINT32_MAX) writer.uint32(value);
    else writer.int64(int64(value, place));
  }
}

function int64(value: number, place: AttributePlace): bigint {
  if (value >= 2 ** 63) return INT64_MAX;
  if (value <= -(2 ** 63)) return INT64_MIN;
  if (!Number.isInteger(value)) {
    throw new LookonceError("ARGUMENT", `${label(place)}: expected a whole number, not ${value}.`);
  }
  return BigInt(value);
}

function writeFloats(writer: BinaryWriter, values: readonly number[], field: number, type: AttributeType): void {
  writeType(writer, type);
  const view = new DataView(new ArrayBuffer(4));
  for (const value of values) {
    // Beyond the range of 32 bits this stores an infinity, as ONNX's own helper does; the library would throw.
    view.setFloat32(0, value, true);
    writer.tag(field, WireType.Bit32).raw(new Uint8Array(view.buffer));
  }
}

function writeBlocks(writer: BinaryWriter, value: Attribute, place: AttributePlace): void {
  const { field, type, blocks } = blocksOf(value, place);
  writeType(writer, type);
  for (const block of blocks) writer.tag(field, WireType.LengthDelimited).bytes(block);
}

interface Blocks {
  readonly field: number;
  readonly type: AttributeType;
  readonly blocks: readonly Uint8Array[];
}

function blocksOf(value: Attribute, place: AttributePlace): Blocks {
  const text = (string: string): Uint8Array => encoder.encode(string);
  const tensor = (constant: AnyTensorValue): Uint8Array => {
    checkTensor(constant, label(place));
    return toBinary(TensorProtoSchema, tensorMessage(constant));
  };
  if ("string" in value) {
    return { field: FIELD.s.number, type: AttributeType.STRING, blocks: [text(value.string)] };
  }
  if ("strings" in value) {
    return { field: FIELD.strings.number, type: AttributeType.STRINGS, blocks: value.strings.map(text) };
  }
  if ("tensor" in value) {
    return { field: FIELD.t.number, type: AttributeType.TENSOR, blocks: [tensor(value.tensor)] };
  }
  if ("tensors" in value) {
    return { field: FIELD.tensors.number, type: AttributeType.TENSORS, blocks: value.tensors.map(tensor) };
  }
  if ("graph" in value) {
    return { field: FIELD.g.number, type: AttributeType.GRAPH, blocks: [place.graph(value.graph)] };
  }
  if ("graphs" in value) {
    return { field: FIELD.graphs.number, type: AttributeType.GRAPHS, blocks: value.graphs.map(place.graph) };
  }
  throw new LookonceError(
    "ARGUMENT",
    `${label(place)} has no value of a known kind (int, ints, float, floats, string, strings, tensor, tensors, graph, graphs), but ${JSON.stringify(value)}.`,
  );
}

function label(place: AttributePlace): string {
  return `attribute "${place.name}" of ${place.node()}`;
}
