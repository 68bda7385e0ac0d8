import { LookonceError } from "@lookonce/errors";
import type * as tf from "@tensorflow/tfjs-core";
import type { GraphAttributeValue, OperationNode } from "./graph.ts";

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

  /** An integer attribute. */
  integer(key: string, fallback = 0): number {
    const value = this.#attribute(key);
    return value !== undefined && "i" in value ? value.i : fallback;
  }

  /** A number attribute. */
  float(key: string, fallback: number): number {
    const value = this.#attribute(key);
    if (value === undefined) return fallback;
    return "f" in value ? value.f : "i" in value ? value.i : fallback;
  }

  truth(key: string): boolean {
    const value = this.#attribute(key);
    return value !== undefined && "b" in value && value.b;
  }

  text(key: string, fallback: string): string {
    const value = this.#attribute(key);
    return value !== undefined && "s" in value && value.s !== "" ? value.s : fallback;
  }

  integers(key: string): readonly number[] {
    const value = this.#attribute(key);
    return value !== undefined && "ints" in value ? value.ints : [];
  }

  texts(key: string): readonly string[] {
    const value = this.#attribute(key);
    return value !== undefined && "strings" in value ? value.strings : [];
  }

  /** The type that an attribute names, `float32` without one. */
  type(key: string): "float32" | "int32" | "bool" {
    const value = this.#attribute(key);
    const type = value !== undefined && "type" in value ? value.type : "float32";
    return type === "float16" ? "float32" : type;
  }

  /** Creates the error for something about this node that is not supported. */
  unsupported(what: string): LookonceError {
    return new LookonceError("UNSUPPORTED", `node "${this.node.name}" (${this.node.op}) ${what}`);
  }

  #attribute(key: string): GraphAttributeValue | undefined {
    return Object.hasOwn(this.node.attributes, key) ? this.node.attributes[key] : undefined;
  }
}
