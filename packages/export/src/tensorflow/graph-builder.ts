import type { GraphAttributeValue, GraphConstant, OperationNode } from "@lookonce/graph-model";

/** A graph of TensorFlow's operations while it is written. */
export class GraphBuilder {
  readonly nodes: OperationNode[] = [];
  readonly constants: Map<string, GraphConstant> = new Map();
  readonly #taken = new Set<string>();

  /** Adds a node under a name that must be free. */
  add(node: OperationNode): void {
    this.#taken.add(node.name);
    this.nodes.push(node);
  }

  /** Adds a node, and says what others read of it. */
  node(name: string, op: string, rest: Pick<OperationNode, "inputs" | "attributes">): string {
    this.add({ name, op, ...rest });
    return name;
  }

  constant(name: string, constant: GraphConstant): string {
    this.constants.set(name, constant);
    return this.node(name, "Const", { inputs: [], attributes: { dtype: { type: constant.dtype } } });
  }

  /** Whole numbers that are an input of an operation, such as a shape. */
  integers(name: string, values: readonly number[] | number): string {
    const list = typeof values === "number" ? [values] : values;
    const shape = typeof values === "number" ? [] : [list.length];
    return this.constant(this.#free(name), { dtype: "int32", shape, data: Int32Array.from(list) });
  }

  #free(base: string): string {
    let name = base;
    for (let i = 1; this.#taken.has(name); i++) name = `${base}_${i}`;
    return name;
  }
}

/** The type of a node's numbers, under the key that nearly all operations have. */
export const float: Readonly<Record<string, GraphAttributeValue>> = { T: { type: "float32" } };

/** An attribute that says that an input, such as a shape, is of 32-bit integers. */
export function indices(key: string): Record<string, GraphAttributeValue> {
  return { [key]: { type: "int32" } };
}
