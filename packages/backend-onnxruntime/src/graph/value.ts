import { LookonceError } from "@lookonce/errors";
import { type DataType, util } from "@tensorflow/tfjs-core";
import type { RuntimeTensor } from "../engine/engine.ts";
import type { KernelName } from "./kernel-types.ts";
import type { HostData, NumericType, Signature } from "./signature.ts";

/** A kernel's inputs by name, absent ones `undefined`, or a list. */
export type Named<T> = Readonly<Record<string, T | undefined>> | readonly T[];

/** One recorded kernel call: nothing is computed until a value that depends on it is asked for. */
export interface Node {
  /** Grows with every call, so that ascending order is a topological order. */
  readonly id: number;
  readonly kernel: KernelName;
  /** Kernel, names of the inputs and attributes as one number: equal calls have equal numbers. */
  readonly signature: number;
  readonly inputs: Named<Value>;
  readonly attrs: object;
  readonly outputs: Value[];
  /** The part of the program that made the call, such as a module's path; empty when none was set. */
  readonly scope: string;
  /** Whether it is computed in single precision also where products are in half. */
  readonly isSingle?: boolean;
}

/** The values that a call reads, in order. */
export function operandsOf({ inputs }: Node): Value[] {
  return Object.values(inputs).filter((value) => value !== undefined);
}

/** Contents in the device's own memory. */
export interface Resident {
  readonly tensor: RuntimeTensor;
  /** Frees the memory; the value must not be read any more, unless the host has its contents. */
  free(): void;
}

/** A tensor's contents: on the host, or pending as the output of a {@link Node}, or a named input of a trace. */
export interface Value extends Signature {
  readonly dtype: NumericType;
  /** The call that computes it; gone once the contents are on the host. */
  producer: Node | undefined;
  data: HostData | undefined;
  /** The contents in the device's own memory, where the next run reads them; the host may have a copy in `data`. */
  resident: Resident | undefined;
  /** Whether graphs have it as an input, not as a constant: what one run passes to the next, and what was marked. */
  isInput: boolean;
  /** Whether the contents' memory was returned to a caller: then it must never be written to again. */
  isExposed: boolean;
  /** Set for the inputs of a trace: the name in the exported graph. */
  readonly placeholder?: string;
}

/** An element type that graphs compute with. @throws LookonceError `UNSUPPORTED` for texts and complex numbers */
export function numericType(dtype: DataType): NumericType {
  if (dtype === "float32" || dtype === "int32" || dtype === "bool") return dtype;
  const what = dtype === "string" ? "texts" : "complex numbers";
  throw new LookonceError("UNSUPPORTED", `${what} are not supported on this device`);
}

/** A value with these contents, or with none so far. */
export function hostValue(shape: number[], dtype: NumericType, data?: HostData): Value {
  return { shape, dtype, data, resident: undefined, producer: undefined, isInput: false, isExposed: false };
}

/** Numbers texts: equal ones have equal numbers. */
export function numbering(): (text: string) => number {
  const numbers = new Map<string, number>();
  return (text) => {
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  };
}

/** Numbers as a text: others have another. */
export function textOf(codes: Uint8Array | Uint16Array): string {
  let text = "";
  // A call has only so many arguments.
  for (let i = 0; i < codes.length; i += 4096) text += String.fromCharCode(...codes.subarray(i, i + 4096));
  return text;
}

/** The number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

/** A typed array of the element type, with this length or contents. */
export function hostArray(dtype: NumericType, contents: number | ArrayLike<number>): HostData {
  const Type = dtype === "int32" ? Int32Array : dtype === "bool" ? Uint8Array : Float32Array;
  return typeof contents === "number" ? new Type(contents) : Type.from(contents);
}

/** The dimensions of a tensor of rank 4. */
export function shape4({ shape }: { readonly shape: readonly number[] }): [number, number, number, number] {
  const [a, b, c, d, ...rest] = shape;
  if (a === undefined || b === undefined || c === undefined || d === undefined || rest.length > 0) {
    throw new Error(`internal: a tensor of rank 4 was expected, not one of shape [${shape}]`);
  }
  return [a, b, c, d];
}

/** The dimension of one axis. */
export function dimOf({ shape }: { readonly shape: readonly number[] }, axis: number): number {
  const dim = shape.at(axis);
  if (dim === undefined) throw new Error(`internal: shape [${shape}] has no axis ${axis}`);
  return dim;
}

/** An axis counted from the front. @throws Error where the shape has no such axis */
export function axisOf(axis: number, shape: number[]): number {
  const [fromFront = axis] = util.parseAxisParam(axis, shape);
  return fromFront;
}
