import { LookonceError } from "@lookonce/errors";
import type { ReduceSettings } from "./communicator.ts";

/** @throws {LookonceError} `ARGUMENT` when half precision is asked for where it does not exist */
export function assertReducible(data: Float32Array | Float64Array, { op = "sum", half = false }: ReduceSettings): void {
  if (!half || (op === "sum" && data instanceof Float32Array)) return;
  throw new LookonceError(
    "ARGUMENT",
    `only sums of Float32Array move in half precision, not the ${op} of ${data.constructor.name}`,
  );
}
