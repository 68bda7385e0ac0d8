import type { StepAttrs } from "@tensorflow/tfjs-core";
import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

/** 1 above zero, `alpha` below and at zero, NaN for NaN. */
export const step: Kernel = unary<StepAttrs>((to, x, { alpha }) => {
  const value = to.node("Where", [to.node("Greater", [x, to.scalar(0)]), to.scalar(1), to.scalar(alpha)]);
  return to.node("Where", [to.node("IsNaN", [x]), x, value]);
}, "float32");
