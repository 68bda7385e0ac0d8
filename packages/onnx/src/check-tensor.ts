import { LookonceError } from "@lookonce/errors";
import type { AnyTensorValue } from "./model.ts";
import { TENSOR_TYPES } from "./tensor-type.ts";

/** How many elements a shape has; throws an `ARGUMENT` error for sizes that are not whole numbers from 0 on. */
export function elementCount(shape: readonly number[], where: string): number {
  let count = 1;
  for (const size of shape) {
    if (!Number.isInteger(size) || size < 0) {
      throw new LookonceError(
        "ARGUMENT",
        `${where}: shape [${shape.join(", ")}] has a size that is not a whole number from 0 on.`,
      );
    }
    count *= size;
  }
  return count;
}

/** Throws an `ARGUMENT` error unless the data is of the class and length that type and shape ask for. */
export function checkTensor(value: AnyTensorValue, where: string): void {
  const entry = TENSOR_TYPES[value.type];
  if (entry === undefined) {
    throw new LookonceError("ARGUMENT", `${where}: "${value.type}" is not a tensor type.`);
  }
  const fits = entry.array === undefined ? Array.isArray(value.data) : value.data instanceof entry.array;
  if (!fits) {
    const wanted = entry.array === undefined ? "an array of strings" : `a ${entry.array.name}`;
    throw new LookonceError(
      "ARGUMENT",
      `${where}: a ${value.type} tensor needs ${wanted}, not a ${value.data?.constructor?.name ?? typeof value.data}.`,
    );
  }
  const count = elementCount(value.shape, where);
  if (value.data.length !== count) {
    throw new LookonceError(
      "ARGUMENT",
      `${where}: shape [${value.shape.join(", ")}] has ${count} elements, but the data has ${value.data.length}.`,
    );
  }
}
