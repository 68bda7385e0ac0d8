import type { GraphConstant, OperationNode } from "@lookonce/graph-model";

/** A graph of TensorFlow's operations while it is written. */
export class GraphBuilder {
  readonly nodes: OperationNode[] = [];
  readonly constants: Map<string, GraphConstant> = new Map();
  readonly #taken = new Set<string>();

  /** Adds a node under a name that must be free, which others read it by. */
  add(node: OperationNode): string {
    this.#taken.add(node.name);
    this.nodes.push(node);
    return node.name;
  }

  constant(name: string, constant: GraphConstant): string {
    this.constants.set(name, constant);
    return this.add({ name, op: "Const", inputs: [], attributes: { dtype: { type: constant.dtype } } });
  }

  /** Whole numbers that are an input of an operation, such as a shape. */
  integers(name: string, values: readonly number[] | number): string {
    const data = Int32Array.from([values].flat());
    const shape = typeof values === "number" ? [] : [data.length];
    return this.constant(this.#free(name), { dtype: "int32", shape, data });
  }

  #free(base: string): string {
    let name = base;
    for (let i = 1; this.#taken.has(name); i++) name = `${base}_${i}`;
    return name;
  }
}
