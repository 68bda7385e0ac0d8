import { LookonceError } from "@lookonce/errors";
import { decodeTensor, decodeUtf8, knownType } from "./decode-tensor.ts";
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  type NodeProto,
  type TensorShapeProto,
  type ValueInfoProto,
} from "./generated/onnx-ml-pb.ts";
import type { AnyTensorValue, Attribute, OnnxGraph, OnnxNode, ValueInfo } from "./model.ts";

/** A graph out of a model; `where` names the file in messages. */
export function decodeGraph(proto: GraphProto, where: string): OnnxGraph {
  if (proto.sparseInitializer.length > 0) {
    throw new LookonceError("UNSUPPORTED", `${where}: sparse initializers cannot be read.`);
  }
  const initializers = new Map<string, AnyTensorValue>();
  for (const tensor of proto.initializer) {
    if (initializers.has(tensor.name)) {
      throw new LookonceError("FORMAT", `${where}: two initializers have the name "${tensor.name}".`);
    }
    initializers.set(tensor.name, decodeTensor(tensor, `${where}, initializer "${tensor.name}"`));
  }
  return {
    name: proto.name,
    inputs: proto.input.map((info) => decodeValueInfo(info, `${where}, input "${info.name}"`)),
    outputs: proto.output.map((info) => decodeValueInfo(info, `${where}, output "${info.name}"`)),
    initializers,
    nodes: proto.node.map((node) => decodeNode(node, where)),
  };
}

function decodeValueInfo(proto: ValueInfoProto, where: string): ValueInfo {
  const type = proto.type?.value;
  if (type?.case !== "tensorType") {
    throw new LookonceError("UNSUPPORTED", `${where} is a ${type?.case ?? "value without a type"}, not a tensor.`);
  }
  const { shape, elemType } = type.value;
  return {
    name: proto.name,
    type: knownType(elemType, where),
    ...(shape && { shape: shape.dim.map((size) => decodeSize(size, where)) }),
  };
}

function decodeSize(dimension: TensorShapeProto["dim"][number], where: string): number | string {
  const { case: kind, value } = dimension.value;
  if (kind !== "dimValue") return value ?? "";
  const size = Number(value);
  if (size < 0) throw new LookonceError("FORMAT", `${where}: ${size} is not a size. The file is damaged.`);
  return size;
}

function decodeNode(proto: NodeProto, where: string): OnnxNode {
  const attributes: [string, Attribute][] = [];
  const names = new Set<string>();
  for (const attribute of proto.attribute) {
    const place = `${where}, attribute "${attribute.name}" of node "${proto.name}" (${proto.opType})`;
    if (names.has(attribute.name)) throw new LookonceError("FORMAT", `${place} is there twice.`);
    names.add(attribute.name);
    attributes.push([attribute.name, decodeAttribute(attribute, place)]);
  }
  return {
    op: proto.opType,
    domain: proto.domain === "ai.onnx" ? "" : proto.domain,
    name: proto.name,
    inputs: proto.input,
    outputs: proto.output,
    attributes: Object.fromEntries(attributes),
  };
}

/** How each kind of attribute is read; `undefined` where its value is missing. */
const readers: Partial<Record<AttributeType, (proto: AttributeProto, where: string) => Attribute | undefined>> = {
  [AttributeType.INT]: ({ i }) => ({ int: Number(i) }),
  [AttributeType.INTS]: ({ ints }) => ({ ints: ints.map(Number) }),
  [AttributeType.FLOAT]: ({ f }) => ({ float: f }),
  [AttributeType.FLOATS]: ({ floats }) => ({ floats }),
  [AttributeType.STRING]: ({ s }, where) => ({ string: decodeUtf8(s, where) }),
  [AttributeType.STRINGS]: ({ strings }, where) => ({ strings: strings.map((text) => decodeUtf8(text, where)) }),
  [AttributeType.TENSOR]: ({ t }, where) => t && { tensor: decodeTensor(t, where) },
  [AttributeType.TENSORS]: ({ tensors }, where) => ({ tensors: tensors.map((each) => decodeTensor(each, where)) }),
  [AttributeType.GRAPH]: ({ g }, where) => g && { graph: decodeGraph(g, where) },
  [AttributeType.GRAPHS]: ({ graphs }, where) => ({ graphs: graphs.map((each) => decodeGraph(each, where)) }),
};

function decodeAttribute(proto: AttributeProto, where: string): Attribute {
  const read = readers[proto.type];
  if (read === undefined) {
    const kind = AttributeType[proto.type] ?? proto.type;
    throw new LookonceError("UNSUPPORTED", `${where}: attributes of kind ${kind} cannot be read.`);
  }
  const attribute = read(proto, where);
  if (attribute !== undefined) return attribute;
  throw new LookonceError("FORMAT", `${where} has no value. The file is damaged.`);
}
