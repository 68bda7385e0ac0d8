import { LookonceError } from "@lookonce/errors";
import type { GraphAttributeValue, OperationNode } from "@lookonce/graph-model";
import type { DetectorCall } from "@lookonce/inference";
import type { GraphBuilder } from "./graph-builder.ts";

/** The type of an input, such as a shape, that is of 32-bit integers. */
export const int32: GraphAttributeValue = { type: "int32" };

/** A kernel call of TensorFlow.js on its way to a graph. */
export class KernelCall<A extends object = object> {
  readonly name: string;
  readonly attrs: A;
  readonly inputs: readonly string[];
  readonly outputs: DetectorCall["outputs"];
  readonly graph: GraphBuilder;
  readonly #kernel: string;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;

  /** @param shapes of everything that calls read */
  constructor(call: DetectorCall, shapes: ReadonlyMap<string, readonly number[]>, graph: GraphBuilder) {
    this.name = call.name;
    this.attrs = call.attrs as A;
    this.inputs = call.inputs;
    this.outputs = call.outputs;
    this.graph = graph;
    this.#kernel = call.kernel;
    this.#shapes = shapes;
  }

  inputShape(index: number): readonly number[] {
    return this.#shapes.get(this.inputs[index] as string) as readonly number[];
  }

  /** Shape of the first output. */
  get shape(): readonly number[] {
    return (this.outputs[0] as DetectorCall["outputs"][number]).shape;
  }

  /** Writes an operation on float32 numbers under the call's name, or as a part of it, and returns that name. */
  write(op: string, inputs: readonly string[], attributes: OperationNode["attributes"] = {}, part?: string): string {
    const name = part === undefined ? this.name : `${this.name}/${part}`;
    return this.graph.add({ name, op, inputs, attributes: { T: { type: "float32" }, ...attributes } });
  }

  /** Whole numbers that are an input of the operation, such as a shape. */
  integers(part: string, values: readonly number[] | number): string {
    return this.graph.integers(`${this.name}/${part}`, values);
  }

  /** Something about the call that TensorFlow's graphs cannot say. */
  fault(what: string): LookonceError {
    return new LookonceError("UNSUPPORTED", `${this.name} (${this.#kernel}) ${what}: the model cannot be written so.`);
  }
}
