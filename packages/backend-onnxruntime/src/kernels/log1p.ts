import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

/** log(1 + x) = 2 · artanh(x / (x + 2)), which keeps its digits near zero. */
export const log1p: Kernel = unary((to, x) => {
  const one = to.scalar(1);
  const ratio = to.node("Div", [x, to.node("Add", [x, to.scalar(2)])]);
  const nearZero = to.node("Mul", [to.node("Atanh", [ratio]), to.scalar(2)]);
  const isNearZero = to.node("Less", [to.node("Abs", [x]), to.scalar(0.5)]);
  return to.node("Where", [isNearZero, nearZero, to.node("Log", [to.node("Add", [x, one])])]);
});
