import type * as tf from "@tensorflow/tfjs-core";
import type { KernelName, KernelType, KernelTypes } from "./kernel-types.ts";
import type { Lowering } from "./lowering.ts";
import type { Signature } from "./signature.ts";
import type { Value } from "./value.ts";

/** The inputs' own keys: some of tfjs-core's types also have an index signature. */
type Named<I, T> = { readonly [P in keyof I as string extends P ? never : number extends P ? never : P]: T };

type Inputs<I, T> = I extends readonly unknown[] ? readonly T[] : Named<I, T>;

/** Every order of the names. */
type Permutation<N, M = N> = [N] extends [never]
  ? readonly []
  : M extends N
    ? readonly [M, ...Permutation<Exclude<N, M>>]
    : never;

/** The rules of a kernel of this type. */
export interface KernelOf<T extends KernelType<object, object, "one" | "pair" | "list">> {
  /** The names of the inputs, in the order in which graphs list them; `"list"` for a kernel of any number of tensors. */
  readonly inputs: T["inputs"] extends readonly unknown[] ? "list" : Permutation<keyof Named<T["inputs"], unknown>>;
  /**
   * Shapes and types of the output, or of several.
   *
   * @throws when the inputs do not fit
   */
  infer(
    inputs: Inputs<T["inputs"], tf.TensorInfo>,
    attrs: T["attrs"],
  ): { one: Signature; pair: [Signature, Signature]; list: Signature[] }[T["outputs"]];
  /** Writes ONNX nodes and sets the outputs' names. */
  lower(to: Lowering, call: CallOf<T>): void;
}

/** A call of a kernel of this type that is lowered. */
export type CallOf<T extends KernelType<object, object, "one" | "pair" | "list">> = {
  readonly inputs: Inputs<T["inputs"], Value>;
  readonly attrs: T["attrs"];
} & {
  one: { readonly output: Value };
  pair: { readonly outputs: readonly [Value, Value] };
  list: { readonly outputs: readonly Value[] };
}[T["outputs"]];

/** How one of tfjs's kernels becomes ONNX nodes. */
export type Kernel<K extends KernelName> = KernelOf<KernelTypes[K]>;

/** The kernels of one file, by name. */
export type Kernels<K extends KernelName> = { readonly [N in K]: Kernel<N> };

/** A kernel of one tensor `x` and an output of the same shape. */
export type UnaryKernel<A extends object> = KernelOf<KernelType<tf.UnaryInputs, A>>;

/** Any kernel, for code that has its name only at run time. */
export interface AnyKernel {
  readonly inputs: readonly string[] | "list";
  infer(inputs: Readonly<tf.NamedTensorInfoMap> | readonly tf.TensorInfo[], attrs: object): Signature | Signature[];
  lower(
    to: Lowering,
    call: {
      readonly inputs: Readonly<Record<string, Value | undefined>> | readonly (Value | undefined)[];
      readonly attrs: object;
      readonly output?: Value | undefined;
      readonly outputs?: readonly Value[];
    },
  ): void;
}
