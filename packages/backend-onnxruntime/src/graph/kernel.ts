import type * as tf from "@tensorflow/tfjs-core";
import type { KernelName, KernelType, KernelTypes } from "./kernel-types.ts";
import type { Lowering } from "./lowering.ts";
import type { Signature } from "./signature.ts";
import type { Named, Value } from "./value.ts";

/** A list, or the inputs' own keys: some of tfjs-core's types also have an index signature. */
type Inputs<I, T> = I extends readonly unknown[]
  ? readonly T[]
  : { readonly [P in keyof I as string extends P ? never : number extends P ? never : P]: T };

/** The rules of a kernel of this type. */
export interface KernelOf<T extends KernelType<object, object, "one" | "pair" | "list">> {
  /** Shapes and types of the output, or of several. @throws when the inputs do not fit */
  infer(
    inputs: Inputs<T["inputs"], tf.TensorInfo>,
    attrs: T["attrs"],
  ): { one: Signature; pair: [Signature, Signature]; list: Signature[] }[T["outputs"]];
  /** Writes ONNX nodes and sets the outputs' names. */
  lower(
    to: Lowering,
    call: { readonly inputs: Inputs<T["inputs"], Value>; readonly attrs: T["attrs"] } & {
      one: { readonly output: Value };
      pair: { readonly outputs: readonly [Value, Value] };
      list: { readonly outputs: readonly Value[] };
    }[T["outputs"]],
  ): void;
}

/** How one of tfjs's kernels becomes ONNX nodes. */
export type Kernel<K extends KernelName> = KernelOf<KernelTypes[K]>;

/** The kernels of one file, by name. */
export type Kernels<K extends KernelName> = { readonly [N in K]: Kernel<N> };

/** A kernel of one tensor `x` and an output of the same shape. */
export type UnaryKernel<A extends object> = KernelOf<KernelType<tf.UnaryInputs, A>>;

/** Any kernel, for code that has its name only at run time. */
export interface AnyKernel {
  infer(inputs: Named<tf.TensorInfo>, attrs: object): Signature | Signature[];
  lower(
    to: Lowering,
    call: { inputs: Named<Value>; attrs: object; output?: Value | undefined; outputs?: readonly Value[] },
  ): void;
}
