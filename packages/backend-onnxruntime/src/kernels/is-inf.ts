import { unary } from "../families/elementwise.ts";

export const isInf = unary(
  (to, x, _, dtype) => to.node("IsInf", [dtype === "float32" ? x : to.cast(x, "float32")]),
  "bool",
);
