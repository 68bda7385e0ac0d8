import { unary } from "../families/elementwise.ts";

export const isNan = unary(
  (to, x, _, dtype) => to.node("IsNaN", [dtype === "float32" ? x : to.cast(x, "float32")]),
  "bool",
);
