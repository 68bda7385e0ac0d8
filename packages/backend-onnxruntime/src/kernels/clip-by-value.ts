import type { ClipByValueAttrs } from "@tensorflow/tfjs-core";
import { unary } from "../families/elementwise.ts";

export const clipByValue = unary<ClipByValueAttrs>((to, x, { clipValueMin, clipValueMax }, dtype) =>
  to.node("Clip", [x, to.scalar(clipValueMin, dtype), to.scalar(clipValueMax, dtype)]),
);
