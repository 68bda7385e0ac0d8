import type { StepAttrs } from "@tensorflow/tfjs-core";
import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

/** 1 above zero, `alpha` below and at zero, NaN for NaN. */
export const step: Kernel = unary<StepAttrs>((to, x, { alpha }, dtype) => {
  const [one, low] = [to.scalar(1, dtype), to.scalar(alpha, dtype)];
  const value = to.node("Where", [to.node("Greater", [x, to.scalar(0, dtype)]), one, low]);
  return dtype === "float32" ? to.node("Where", [to.node("IsNaN", [x]), x, value]) : value;
});
