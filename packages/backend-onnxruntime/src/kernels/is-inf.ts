import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const isInf: Kernel = unary(
  (to, x, _, dtype) => to.node("IsInf", [dtype === "float32" ? x : to.cast(x, "float32")]),
  "bool",
);
