import type { ClipByValueAttrs } from "@tensorflow/tfjs-core";
import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const clipByValue: Kernel = unary<ClipByValueAttrs>((to, x, { clipValueMin, clipValueMax }, dtype) =>
  to.node("Clip", [x, to.scalar(clipValueMin, dtype), to.scalar(clipValueMax, dtype)]),
);
