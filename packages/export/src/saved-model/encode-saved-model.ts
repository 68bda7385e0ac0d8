import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { floatToHalf } from "@lookonce/checkpoint";
import type {
  GraphAttributeValue,
  GraphConstant,
  GraphPort,
  OperationGraph,
  OperationNode,
  TensorType,
} from "@lookonce/graph-model";
import {
  type AttrValueSchema,
  dataTypes,
  type NodeDefSchema,
  SavedModelSchema,
  type SignatureDefSchema,
  shapeProto,
} from "@lookonce/tensorflow-messages";
import { largeFilters } from "../large-filters.ts";

type NodeDef = MessageInitShape<typeof NodeDefSchema>;
type AttrValue = MessageInitShape<typeof AttrValueSchema>;

/** Versions of the graph format: that of TensorFlow 2.13, and the oldest reader that knows all operations here. */
const versions = { producer: 1482, minConsumer: 12 };

/**
 * Encodes a graph as `saved_model.pb`: a SavedModel whose weights are constants of its graph, with the signature `serving_default`.
 * It needs no files of variables. With `half` filters are stored in half precision, and the graph casts them to single.
 */
export function encodeSavedModel(graph: OperationGraph, { half }: { half: boolean }): Uint8Array {
  const filters: ReadonlySet<string> = half ? largeFilters(graph) : new Set();
  const signature: MessageInitShape<typeof SignatureDefSchema> = {
    inputs: named(graph.inputs),
    outputs: named(graph.outputs),
    methodName: "tensorflow/serving/predict",
  };
  const model = create(SavedModelSchema, {
    savedModelSchemaVersion: 1n,
    metaGraphs: [
      {
        metaInfoDef: { tags: ["serve"], tensorflowVersion: "2.13.0", strippedDefaultAttrs: true },
        graphDef: { node: graph.nodes.flatMap((node) => nodesOf(graph, node, filters)), versions },
        signatureDef: { serving_default: signature },
      },
    ],
  });
  return toBinary(SavedModelSchema, model);
}

function named(ports: readonly GraphPort[]): MessageInitShape<typeof SignatureDefSchema>["inputs"] {
  return Object.fromEntries(
    ports.map(({ name, node, shape = [] }) => [
      name,
      { name: node, dtype: dataTypes.float32, tensorShape: shapeProto(shape) },
    ]),
  );
}

function nodesOf(graph: OperationGraph, node: OperationNode, filters: ReadonlySet<string>): NodeDef[] {
  const { name, op, inputs } = node;
  if (op !== "Const") {
    const attr = Object.fromEntries(Object.entries(node.attributes).map(([key, value]) => [key, attribute(value)]));
    return [{ name, op, input: [...inputs], attr }];
  }
  const constant = graph.constants.get(name) as GraphConstant;
  if (!filters.has(name)) return [constNode(name, constant, { type: constant.dtype, data: constant.data })];
  // The cast has the filter's name, so that nodes that read it stay the same
  const stored = `${name}/half`;
  const data = floatToHalf(constant.data as Float32Array);
  const attr = { SrcT: attribute({ type: "float16" }), DstT: attribute({ type: "float32" }) };
  return [constNode(stored, constant, { type: "float16", data }), { name, op: "Cast", input: [stored], attr }];
}

function constNode(
  name: string,
  { shape }: GraphConstant,
  { type, data }: { type: TensorType; data: GraphConstant["data"] | Uint16Array },
): NodeDef {
  const dtype = dataTypes[type];
  const tensorContent = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const tensor: AttrValue = {
    value: { case: "tensor", value: { dtype, tensorShape: shapeProto(shape), tensorContent } },
  };
  return { name, op: "Const", attr: { dtype: attribute({ type }), value: tensor } };
}

function attribute(value: GraphAttributeValue): AttrValue {
  if ("type" in value) return { value: { case: "type", value: dataTypes[value.type] } };
  if ("i" in value) return { value: { case: "i", value: BigInt(value.i) } };
  if ("f" in value) return { value: { case: "f", value: value.f } };
  if ("b" in value) return { value: { case: "b", value: value.b } };
  if ("s" in value) return { value: { case: "s", value: bytes(value.s) } };
  if ("shape" in value) return { value: { case: "shape", value: shapeProto(value.shape) } };
  const list = "ints" in value ? { i: value.ints.map(BigInt) } : { s: value.strings.map(bytes) };
  return { value: { case: "list", value: list } };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
