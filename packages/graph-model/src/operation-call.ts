import { LookonceError } from "@lookonce/errors";
import type * as tf from "@tensorflow/tfjs-core";
import type { AttributeKinds, OperationNode } from "./graph.ts";

/** A node being computed: its inputs and attributes. */
export class OperationCall {
  readonly node: OperationNode;
  readonly inputs: readonly tf.Tensor[];
  readonly #hostValues: (input: number) => ArrayLike<number> | undefined;

  /** @param hostValues returns the values of an input that is a constant */
  constructor(
    node: OperationNode,
    inputs: readonly tf.Tensor[],
    hostValues: (input: number) => ArrayLike<number> | undefined,
  ) {
    this.node = node;
    this.inputs = inputs;
    this.#hostValues = hostValues;
  }

  /** An input, counted from the end where the number is negative. */
  input<T extends tf.Tensor>(index: number): T {
    const found = this.inputs.at(index);
    if (found === undefined) throw this.unsupported(`has ${this.inputs.length} inputs`);
    return found as T;
  }

  /** The numbers of an input that must be a constant, such as a shape. */
  numbers(index: number): number[] {
    const place = index < 0 ? this.inputs.length + index : index;
    const values = this.#hostValues(place);
    if (values === undefined) throw this.unsupported(`computes input ${place}, which must be a constant`);
    return Array.from(values);
  }

  integer(key: string, fallback = 0): number {
    return this.#attribute(key, "i") ?? fallback;
  }

  float(key: string, fallback: number): number {
    return this.#attribute(key, "f") ?? this.#attribute(key, "i") ?? fallback;
  }

  truth(key: string): boolean {
    return this.#attribute(key, "b") ?? false;
  }

  text(key: string, fallback: string): string {
    return this.#attribute(key, "s") || fallback;
  }

  integers(key: string): readonly number[] {
    return this.#attribute(key, "ints") ?? [];
  }

  texts(key: string): readonly string[] {
    return this.#attribute(key, "strings") ?? [];
  }

  /** The type that an attribute names, `float32` without one. */
  type(key: string): "float32" | "int32" | "bool" {
    const type = this.#attribute(key, "type") ?? "float32";
    return type === "float16" ? "float32" : type;
  }

  /** Creates the error for something about this node that is not supported. */
  unsupported(what: string): LookonceError {
    return new LookonceError("UNSUPPORTED", `node "${this.node.name}" (${this.node.op}) ${what}`);
  }

  #attribute<K extends keyof AttributeKinds>(key: string, kind: K): AttributeKinds[K] | undefined {
    const { attributes } = this.node;
    const value: Partial<AttributeKinds> | undefined = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
    return value?.[kind];
  }
}
