import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { encodeTensor } from "./encode-tensor.ts";
import {
  GraphProtoSchema,
  NodeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./generated/onnx-ml-pb.ts";
import type { OnnxGraph, OnnxNode, ValueInfo } from "./model.ts";
import { delimited, joined } from "./pieces.ts";
import { TENSOR_TYPES } from "./tensor-type.ts";
import { writeAttribute } from "./write-attribute.ts";

const GRAPH = GraphProtoSchema.field;
const NODE = NodeProtoSchema.field;

/** The bytes of a `GraphProto`, weights without copying them. */
export function encodeGraph(graph: OnnxGraph): Uint8Array[] {
  const writer = new BinaryWriter();
  for (const node of graph.nodes) {
    writer.tag(GRAPH.node.number, WireType.LengthDelimited).fork();
    writeNode(writer, node);
    writer.join();
  }
  writeText(writer, GRAPH.name.number, graph.name);
  for (const info of graph.inputs) writeValueInfo(writer, GRAPH.input.number, info);
  for (const info of graph.outputs) writeValueInfo(writer, GRAPH.output.number, info);
  const initializers = [...graph.initializers].map(([name, value]) =>
    delimited(GRAPH.initializer.number, encodeTensor(value, `initializer "${name}"`, name)),
  );
  return [writer.finish(), ...initializers.flat()];
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const name of node.inputs) writeText(writer, NODE.input.number, name);
  for (const name of node.outputs) writeText(writer, NODE.output.number, name);
  if (node.name !== "") writeText(writer, NODE.name.number, node.name);
  writeText(writer, NODE.opType.number, node.op);
  for (const name in node.attributes) {
    writer.tag(NODE.attribute.number, WireType.LengthDelimited).fork();
    writeAttribute(writer, node.attributes[name]!, {
      name,
      where: () => `attribute "${name}" of node "${node.name}" (${node.op})`,
      encodeGraph: (graph) => joined(encodeGraph(graph)),
    });
    writer.join();
  }
  if (node.domain !== "") writeText(writer, NODE.domain.number, node.domain);
}

function writeText(writer: BinaryWriter, field: number, text: string): void {
  writer.tag(field, WireType.LengthDelimited).string(text);
}

function writeValueInfo(writer: BinaryWriter, field: number, info: ValueInfo): void {
  writer.tag(field, WireType.LengthDelimited).bytes(toBinary(ValueInfoProtoSchema, valueInfoMessage(info)));
}

function valueInfoMessage({ name, type, shape }: ValueInfo): ValueInfoProto {
  const dim = shape?.map((size) => {
    if (typeof size === "number") return { value: { case: "dimValue" as const, value: BigInt(size) } };
    return { value: size === "" ? { case: undefined } : { case: "dimParam" as const, value: size } };
  });
  const tensorType = { elemType: TENSOR_TYPES[type].proto, ...(dim && { shape: { dim } }) };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: "tensorType", value: tensorType } } });
}
