import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

/** −1, 0 or 1; 0 for NaN, as tfjs has it. */
export const sign: Kernel = unary((to, x, _, dtype) => {
  const sign = to.node("Sign", [x]);
  return dtype === "float32" ? to.node("Where", [to.node("IsNaN", [x]), to.scalar(0), sign]) : sign;
});
