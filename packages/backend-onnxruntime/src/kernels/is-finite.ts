import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

/** x − x is zero for every finite number and NaN for the others. */
export const isFiniteNumber: Kernel = unary((to, x, _, dtype) => {
  const number = dtype === "float32" ? x : to.cast(x, "float32");
  return to.node("Equal", [to.node("Sub", [number, number]), to.scalar(0)]);
}, "bool");
