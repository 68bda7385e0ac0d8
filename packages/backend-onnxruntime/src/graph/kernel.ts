import type { Lowering } from "./lowering.ts";
import type { Signature, Value } from "./value.ts";

/**
 * How one tfjs kernel becomes ONNX nodes.
 *
 * @typeParam A the kernel's attributes
 */
export interface Kernel<A extends object = object> {
  /** The names of the tensor inputs in order, optional ones last, or `"list"` for a kernel of any number of tensors. */
  readonly inputs: readonly string[] | "list";
  /** Shapes and types of the outputs. Throws when the inputs do not fit. */
  infer(inputs: readonly Signature[], attrs: A): Signature | Signature[];
  /** Writes nodes and says under which names they leave the outputs. */
  lower(to: Lowering, call: Call<A>): void;
}

/** A call that is being lowered. */
export interface Call<A extends object = object> {
  readonly inputs: readonly Value[];
  readonly attrs: A;
  readonly outputs: readonly Value[];
  /** The first output, for the many kernels that have only one. */
  readonly output: Value;
}

/** States a kernel's rules with its attributes' type, and forgets the type so that all fit one table. */
export function kernel<A extends object>(rules: Kernel<A>): Kernel {
  return rules as unknown as Kernel;
}
