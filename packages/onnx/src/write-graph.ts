import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { checkTensor } from "./check-tensor.ts";
import { tensorMessage } from "./encode-tensor.ts";
import {
  GraphProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./generated/onnx-ml-pb.ts";
import type { OnnxGraph, OnnxNode, ValueInfo } from "./model.ts";
import { TENSOR_TYPES } from "./tensor-type.ts";
import { writeAttribute } from "./write-attribute.ts";

const GRAPH = GraphProtoSchema.field;
const NODE = NodeProtoSchema.field;
const NODE_INPUT = NODE.input.number;
const NODE_OUTPUT = NODE.output.number;
const NODE_ATTRIBUTE = NODE.attribute.number;

/** The bytes of a graph but for its initializers, which the caller appends without copying them. */
export function graphWithoutInitializers(graph: OnnxGraph): Uint8Array {
  return writeGraph(graph).finish();
}

function writeGraph(graph: OnnxGraph): BinaryWriter {
  const writer = new BinaryWriter();
  for (const node of graph.nodes) {
    writer.tag(GRAPH.node.number, WireType.LengthDelimited).fork();
    writeNode(writer, node);
    writer.join();
  }
  writeText(writer, GRAPH.name.number, graph.name);
  for (const info of graph.inputs) writeValueInfo(writer, GRAPH.input.number, info);
  for (const info of graph.outputs) writeValueInfo(writer, GRAPH.output.number, info);
  return writer;
}

/** The bytes of a graph inside an attribute of `If` or `Loop`, weights included. */
function wholeGraph(graph: OnnxGraph): Uint8Array {
  const writer = writeGraph(graph);
  for (const [name, value] of graph.initializers) {
    checkTensor(value, `initializer "${name}"`);
    const bytes = toBinary(TensorProtoSchema, tensorMessage(value, name));
    writer.tag(GRAPH.initializer.number, WireType.LengthDelimited).bytes(bytes);
  }
  return writer.finish();
}

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const name of node.inputs) writeText(writer, NODE_INPUT, name);
  for (const name of node.outputs) writeText(writer, NODE_OUTPUT, name);
  if (node.name !== "") writeText(writer, NODE.name.number, node.name);
  writeText(writer, NODE.opType.number, node.op);
  for (const name in node.attributes) {
    writer.tag(NODE_ATTRIBUTE, WireType.LengthDelimited).fork();
    writeAttribute(writer, node.attributes[name]!, {
      name,
      node: () => `node "${node.name}" (${node.op})`,
      graph: wholeGraph,
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

function valueInfoMessage(info: ValueInfo): ValueInfoProto {
  const shape = info.shape && {
    dim: info.shape.map((size) => ({
      value:
        typeof size === "number"
          ? { case: "dimValue" as const, value: BigInt(size) }
          : size === ""
            ? { case: undefined }
            : { case: "dimParam" as const, value: size },
    })),
  };
  const tensorType = { elemType: TENSOR_TYPES[info.type].proto, ...(shape && { shape }) };
  return create(ValueInfoProtoSchema, {
    name: info.name,
    type: { value: { case: "tensorType", value: tensorType } },
  });
}
