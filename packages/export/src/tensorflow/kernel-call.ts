import { LookonceError } from "@lookonce/errors";
import type { OperationNode } from "@lookonce/graph-model";
import type { DetectorCall } from "@lookonce/inference";

/** A kernel call of TensorFlow.js on its way to a graph. */
export class KernelCall<A extends object = object> {
  readonly name: string;
  readonly attrs: A;
  readonly inputs: readonly string[];
  readonly outputs: DetectorCall["outputs"];
  readonly node: OperationNode;
  readonly #shapes: ReadonlyMap<string, readonly number[]>;

  /** @param shapes of everything that calls read */
  constructor(call: DetectorCall, shapes: ReadonlyMap<string, readonly number[]>) {
    this.name = call.name;
    this.attrs = call.attrs as A;
    this.inputs = call.inputs;
    this.outputs = call.outputs;
    this.node = { name: call.name, op: call.kernel, inputs: call.inputs, attributes: {} };
    this.#shapes = shapes;
  }

  inputShape(index: number): readonly number[] {
    return this.#shapes.get(this.inputs[index] as string) as readonly number[];
  }

  /** Shape of the first output. */
  get shape(): readonly number[] {
    return (this.outputs[0] as DetectorCall["outputs"][number]).shape;
  }

  /** Something about the call that TensorFlow's graphs cannot say. */
  fault(what: string): LookonceError {
    return new LookonceError("UNSUPPORTED", `${this.name} (${this.node.op}) ${what}: the model cannot be written so.`);
  }
}
