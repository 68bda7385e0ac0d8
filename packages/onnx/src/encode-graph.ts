import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { LookonceError } from "@lookonce/errors";
import { checkTensor } from "./check-tensor.ts";
import { tensorMessage } from "./encode-tensor.ts";
import {
  type AttributeProto,
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  GraphProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from "./generated/onnx-ml-pb.ts";
import type { AnyTensorValue, Attribute, OnnxGraph, OnnxNode, ValueInfo } from "./model.ts";
import { TENSOR_TYPES } from "./tensor-type.ts";

type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** A graph without its initialisers, which the caller writes without copying them. */
export function graphHeader(graph: OnnxGraph): GraphProto {
  return create(GraphProtoSchema, {
    name: graph.name,
    node: graph.nodes.map(nodeMessage),
    input: graph.inputs.map(valueInfoMessage),
    output: graph.outputs.map(valueInfoMessage),
  });
}

/** A whole graph as a message, as the attributes of `If` and `Loop` hold it. */
function graphMessage(graph: OnnxGraph): GraphProto {
  const message = graphHeader(graph);
  for (const [name, value] of graph.initializers) {
    checkTensor(value, `initialiser "${name}"`);
    message.initializer.push(tensorMessage(value, name));
  }
  return message;
}

function nodeMessage(node: OnnxNode): NodeProto {
  const attribute: AttributeProto[] = [];
  for (const name in node.attributes) {
    attribute.push(create(AttributeProtoSchema, attributeInit(name, node.attributes[name]!, node)));
  }
  const init: MessageInitShape<typeof NodeProtoSchema> = {
    opType: node.op,
    input: node.inputs as string[],
    output: node.outputs as string[],
    attribute,
  };
  if (node.name !== "") init.name = node.name;
  if (node.domain !== "") init.domain = node.domain;
  return create(NodeProtoSchema, init);
}

function attributeInit(name: string, value: Attribute, node: OnnxNode): AttributeInit {
  const where = `attribute "${name}" of node "${node.name}" (${node.op})`;
  const int = (number: number): bigint => int64(number, where);
  const tensor = (constant: AnyTensorValue) => {
    checkTensor(constant, where);
    return tensorMessage(constant);
  };
  if ("int" in value) return { name, type: AttributeType.INT, i: int(value.int) };
  if ("ints" in value) return { name, type: AttributeType.INTS, ints: value.ints.map(int) };
  if ("float" in value) return { name, type: AttributeType.FLOAT, f: value.float };
  if ("floats" in value) return { name, type: AttributeType.FLOATS, floats: [...value.floats] };
  if ("string" in value) return { name, type: AttributeType.STRING, s: utf8(value.string) };
  if ("strings" in value) return { name, type: AttributeType.STRINGS, strings: value.strings.map(utf8) };
  if ("tensor" in value) return { name, type: AttributeType.TENSOR, t: tensor(value.tensor) };
  if ("tensors" in value) return { name, type: AttributeType.TENSORS, tensors: value.tensors.map(tensor) };
  if ("graph" in value) return { name, type: AttributeType.GRAPH, g: graphMessage(value.graph) };
  if ("graphs" in value) return { name, type: AttributeType.GRAPHS, graphs: value.graphs.map(graphMessage) };
  throw new LookonceError("ARGUMENT", `${where} has no value of a known kind, but ${JSON.stringify(value)}.`);
}

const encoder = new TextEncoder();

function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

function int64(value: number, where: string): bigint {
  if (value >= 2 ** 63) return INT64_MAX;
  if (value <= -(2 ** 63)) return INT64_MIN;
  if (!Number.isInteger(value)) {
    throw new LookonceError("ARGUMENT", `${where}: expected a whole number, not ${value}.`);
  }
  return BigInt(value);
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
