import type { AnyTensorValue, Attribute } from "./model.ts";
import { TENSOR_TYPES, type TensorType } from "./tensor-type.ts";

/** An integer attribute. */
export const int = (value: number): Attribute => ({ int: value });

/** An attribute with a list of integers. */
export const ints = (values: readonly number[]): Attribute => ({ ints: values });

/** A float attribute; the file keeps 32 bits. */
export const float = (value: number): Attribute => ({ float: value });

/** An attribute with a list of floats; the file keeps 32 bits of each. */
export const floats = (values: readonly number[]): Attribute => ({ floats: values });

/** A string attribute. */
export const str = (value: string): Attribute => ({ string: value });

/** An attribute with a list of strings. */
export const strs = (values: readonly string[]): Attribute => ({ strings: values });

/** An element type as the integer that stands for it, such as what `Cast` casts to. */
export const elementType = (type: TensorType): { int: number } => ({ int: TENSOR_TYPES[type].proto });

/** A tensor attribute. */
export const tensor = (value: AnyTensorValue): Attribute => ({ tensor: value });
