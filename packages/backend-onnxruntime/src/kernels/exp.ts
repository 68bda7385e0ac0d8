import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const exp: Kernel = unary(
  (to, x, _, dtype) => to.node("Exp", [dtype === "float32" ? x : to.cast(x, "float32")]),
  "float32",
);
