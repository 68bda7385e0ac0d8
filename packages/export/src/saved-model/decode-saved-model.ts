import { fromBinary } from "@bufbuild/protobuf";
import { halfToFloat } from "@lookonce/checkpoint";
import { LookonceError } from "@lookonce/errors";
import type {
  GraphAttributeValue,
  GraphConstant,
  GraphPort,
  OperationGraph,
  OperationNode,
} from "@lookonce/graph-model";
import {
  type AttrValue,
  DataType,
  type NodeDef,
  type SavedModel,
  SavedModelSchema,
  type SignatureDef,
  type TensorProto,
} from "@lookonce/tensorflow-messages";

/**
 * Decodes the graph of a `saved_model.pb` whose weights are constants, as `encodeSavedModel` writes it.
 *
 * @throws LookonceError `FORMAT` when it is damaged or not such a model
 */
export function decodeSavedModel(bytes: Uint8Array): OperationGraph {
  const graph = parse(bytes).metaGraphs[0];
  const signature = graph?.signatureDef.serving_default;
  if (signature === undefined) throw new LookonceError("FORMAT", "the SavedModel has no signature serving_default.");
  const constants = new Map<string, GraphConstant>();
  const nodes = (graph?.graphDef?.node ?? []).map((node): OperationNode => {
    const value = node.attr.value?.value;
    if (node.op === "Const" && value?.case === "tensor") constants.set(node.name, constantOf(node, value.value));
    return { name: node.name, op: node.op, inputs: node.input, attributes: attributesOf(node) };
  });
  return { nodes, constants, inputs: ports(signature.inputs), outputs: ports(signature.outputs), metadata: {} };
}

function parse(bytes: Uint8Array): SavedModel {
  try {
    return fromBinary(SavedModelSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    throw new LookonceError("FORMAT", "the SavedModel is damaged or cut short.", { cause });
  }
}

function ports(infos: SignatureDef["inputs"]): GraphPort[] {
  return Object.entries(infos).map(([name, { name: node, tensorShape }]) => ({
    name,
    node,
    shape: (tensorShape?.dim ?? []).map(({ size }) => Number(size)),
  }));
}

/** Bytes of a value of each type that constants may have. */
const widths: ReadonlyMap<DataType, number> = new Map([
  [DataType.DT_FLOAT, 4],
  [DataType.DT_HALF, 2],
  [DataType.DT_INT32, 4],
]);

function constantOf({ name }: NodeDef, { dtype, tensorShape, tensorContent }: TensorProto): GraphConstant {
  const shape = (tensorShape?.dim ?? []).map(({ size }) => Number(size));
  const width = widths.get(dtype);
  if (width === undefined)
    throw new LookonceError("FORMAT", `the constant "${name}" is of the type ${DataType[dtype]}`);
  if (shape.reduce((size, side) => size * side, width) !== tensorContent.length) {
    const what = `the constant "${name}" [${shape.join(", ")}] has ${tensorContent.length} bytes`;
    throw new LookonceError("FORMAT", `${what}; the SavedModel is damaged.`);
  }
  // A copy: typed arrays start at multiples of their width
  const { buffer } = Uint8Array.prototype.slice.call(tensorContent);
  if (dtype === DataType.DT_FLOAT) return { dtype: "float32", shape, data: new Float32Array(buffer) };
  if (dtype === DataType.DT_HALF) return { dtype: "float32", shape, data: halfToFloat(new Uint16Array(buffer)) };
  return { dtype: "int32", shape, data: new Int32Array(buffer) };
}

function attributesOf({ attr }: NodeDef): OperationNode["attributes"] {
  const all = Object.entries(attr).map(([key, value]) => [key, attributeOf(value)] as const);
  return Object.fromEntries(all.filter((entry): entry is [string, GraphAttributeValue] => entry[1] !== undefined));
}

/** Types are left out: TensorFlow.js infers them. */
function attributeOf({ value }: AttrValue): GraphAttributeValue | undefined {
  switch (value.case) {
    case "i":
      return { i: Number(value.value) };
    case "f":
      return { f: value.value };
    case "b":
      return { b: value.value };
    case "s":
      return { s: text(value.value) };
    case "list":
      return value.value.s.length > 0 ? { strings: value.value.s.map(text) } : { ints: value.value.i.map(Number) };
    default:
      return undefined;
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
