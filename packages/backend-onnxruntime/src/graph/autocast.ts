import { type Attribute, elementType, type GraphBuilder } from "@lookonce/onnx";

/** A node that moves elements about and changes none of them. */
interface Move {
  op: string;
  inputs: readonly string[];
  attributes: Record<string, Attribute>;
}

/** Such operators, and which of their inputs are moved. Rounding before a move and after it are the same. */
const moves: Readonly<Record<string, "first" | "all">> = {
  Concat: "all",
  Expand: "first",
  Reshape: "first",
  Slice: "first",
  Transpose: "first",
};

/**
 * Casts between a graph's single precision and half precision (IEEE 754 binary16), in which some of its nodes compute.
 *
 * A value is cast once. What only moves elements is done again on the halves, so that nothing goes to single precision and
 * back between two such nodes; moves and casts that are not read in the end are pruned with the graph's other unread nodes.
 */
export class Autocast {
  readonly #graph: GraphBuilder;
  /** Names in half precision by those in single. */
  readonly #halves = new Map<string, string>();
  readonly #moves = new Map<string, Move>();

  constructor(graph: GraphBuilder) {
    this.#graph = graph;
  }

  /** The name in half precision of a value that has this one in single. */
  half(name: string): string {
    const half = this.#halves.get(name) ?? this.#moveHalves(name) ?? this.#cast(name, "float16");
    this.#halves.set(name, half);
    return half;
  }

  /** The name in single precision of a value that a node has left in half. */
  single(half: string): string {
    const name = this.#cast(half, "float32");
    this.#halves.set(name, half);
    return name;
  }

  /** Notes a node in single precision. */
  note(output: string, node: Move): void {
    if (node.op in moves) this.#moves.set(output, node);
  }

  #moveHalves(name: string): string | undefined {
    const move = this.#moves.get(name);
    if (move === undefined) return undefined;
    const { op, inputs, attributes } = move;
    // A part is less to cast than what it was cut out of.
    if (op === "Slice" && !this.#halves.has(inputs[0] ?? "")) return undefined;
    const read = inputs.map((input, i) => (moves[op] === "all" || i === 0 ? this.half(input) : input));
    return this.#graph.node(op, read, attributes);
  }

  #cast(name: string, to: "float16" | "float32"): string {
    return this.#graph.node("Cast", [name], { to: elementType(to) });
  }
}
