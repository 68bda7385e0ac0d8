import type { DataType } from "@tensorflow/tfjs-core";
import type { Tensor } from "onnxruntime-node";

/** Values on the host. Booleans are bytes, as in tfjs. */
export type HostData = Float32Array | Int32Array | Uint8Array;

/** What a kernel's shape rule knows of a tensor. */
export interface Signature {
  readonly shape: readonly number[];
  readonly dtype: DataType;
}

/** One recorded kernel call: nothing is computed until a value that depends on it is asked for. */
export interface Node {
  /** Grows with every call, so that ascending order is a topological order. */
  readonly id: number;
  readonly kernel: string;
  /** Kernel name and attributes as one interned number: equal calls have equal numbers. */
  readonly signature: number;
  readonly inputs: readonly (Value | undefined)[];
  readonly attrs: object;
  readonly outputs: Value[];
  /** The part of the program that made the call, such as a module's path; empty when nobody said. */
  readonly scope: string;
}

/** Contents in the device's own memory. */
export interface Resident {
  readonly tensor: Tensor;
  /** Gives the memory back; the value must not be read any more, unless the host has its contents. */
  free(): void;
}

/** A tensor's contents: on the host, or pending as the output of a {@link Node}, or a named input of a trace. */
export interface Value extends Signature {
  /** The call that computes it; gone once the contents are on the host. */
  producer: Node | undefined;
  data: HostData | undefined;
  /** The contents in the device's own memory, where the next run reads them; the host may have a copy in `data`. */
  resident: Resident | undefined;
  /**
   * Whether graphs take it as an input rather than as a constant. True for what one run hands to the next and for
   * values that were marked, since these change from run to run.
   */
  isInput: boolean;
  /** Whether somebody outside was handed the contents' memory, which must then never be written to again. */
  isExposed: boolean;
  /** Set for the inputs of a trace: the name in the exported graph. */
  readonly placeholder: string | undefined;
}

/** A value whose contents are known. */
export function hostValue(shape: readonly number[], dtype: DataType, data: HostData | undefined): Value {
  return {
    shape,
    dtype,
    data,
    resident: undefined,
    producer: undefined,
    isInput: false,
    isExposed: false,
    placeholder: undefined,
  };
}

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

/** A typed array of the element type, with the given length or contents. */
export function hostArray(dtype: DataType, contents: number | ArrayLike<number>): HostData {
  const Type = dtype === "int32" ? Int32Array : dtype === "bool" ? Uint8Array : Float32Array;
  return typeof contents === "number" ? new Type(contents) : Type.from(contents);
}
