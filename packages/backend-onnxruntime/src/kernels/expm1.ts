import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

/** exp(x) − 1 = tanh(x/2) · (exp(x) + 1), which keeps its digits near zero. */
export const expm1: Kernel = unary((to, x) => {
  const one = to.scalar(1);
  const exp = to.node("Exp", [x]);
  const nearZero = to.node("Mul", [to.node("Tanh", [to.node("Mul", [x, to.scalar(0.5)])]), to.node("Add", [exp, one])]);
  const isNearZero = to.node("Less", [to.node("Abs", [x]), one]);
  return to.node("Where", [isNearZero, nearZero, to.node("Sub", [exp, one])]);
});
