import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { LookonceError } from "@lookonce/errors";
import { type AttrValueSchema, dataTypes, GraphDefSchema, shapeProto } from "@lookonce/tensorflow-messages";
import type { GraphAttribute, GraphNode, GraphOutput } from "./graph-node.ts";

type AttrValue = MessageInitShape<typeof AttrValueSchema>;

/** Version of the graph format; TensorBoard 1 and 2 accept it. */
const producer = 22;

/**
 * Serializes a graph as TensorFlow's GraphDef.
 *
 * @throws LookonceError `ARGUMENT` for two nodes of one name, a node without name or operator, and an input that no node
 *   outputs
 */
export function encodeGraph(nodes: readonly GraphNode[]): Uint8Array {
  checkGraph(nodes);
  const graph = create(GraphDefSchema, {
    versions: { producer },
    node: nodes.map(({ name, op, inputs = [], device = "", outputs = [], attributes = {} }) => ({
      name,
      op,
      input: [...inputs],
      device,
      attr: {
        ...Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attribute(value)])),
        ...outputAttributes(outputs),
      },
    })),
  });
  return toBinary(GraphDefSchema, graph);
}

function outputAttributes(outputs: readonly GraphOutput[]): Record<string, AttrValue> {
  const [first] = outputs;
  if (first === undefined) return {};
  return {
    T: { value: { case: "type", value: dataTypes[first.type ?? "float32"] } },
    // TensorBoard reads the shapes of edges from the node that they come from, under this name.
    _output_shapes: list({ shape: outputs.map(({ shape }) => shapeProto(shape)) }),
  };
}

function checkGraph(nodes: readonly GraphNode[]): void {
  const outputs = new Map<string, number>();
  for (const { name, op, outputs: own } of nodes) {
    if (name === "" || op === "") {
      throw new LookonceError("ARGUMENT", `a node of a graph needs a name and an operator, not "${name}" and "${op}".`);
    }
    if (outputs.has(name)) throw new LookonceError("ARGUMENT", `two nodes of the graph are called "${name}".`);
    outputs.set(name, own?.length ?? 1);
  }
  for (const { name, inputs = [] } of nodes) {
    for (const input of inputs) {
      const [, source = input, number = "0"] = /^(.*):(\d+)$/.exec(input) ?? [];
      if (Number(number) < (outputs.get(source) ?? 0)) continue;
      throw new LookonceError("ARGUMENT", `node "${name}" of the graph reads "${input}", which no node outputs.`);
    }
  }
}

function attribute(value: GraphAttribute): AttrValue {
  switch (typeof value) {
    case "string":
      return { value: { case: "s", value: bytes(value) } };
    case "boolean":
      return { value: { case: "b", value } };
    case "number":
      return Number.isSafeInteger(value)
        ? { value: { case: "i", value: BigInt(value) } }
        : { value: { case: "f", value } };
    default: {
      if (value.every((item) => typeof item === "string")) return list({ s: value.map(bytes) });
      const numbers = value as readonly number[];
      return numbers.every(Number.isSafeInteger) ? list({ i: numbers.map(BigInt) }) : list({ f: [...numbers] });
    }
  }
}

function list(value: Extract<NonNullable<AttrValue["value"]>, { case: "list" }>["value"]): AttrValue {
  return { value: { case: "list", value } };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
