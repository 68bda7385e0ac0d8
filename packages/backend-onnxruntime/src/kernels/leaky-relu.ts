import { float } from "@lookonce/onnx";
import type { LeakyReluAttrs } from "@tensorflow/tfjs-core";
import { unary } from "../families/elementwise.ts";

export const leakyRelu = unary<LeakyReluAttrs>((to, x, { alpha }) =>
  to.node("LeakyRelu", [x], { alpha: float(alpha) }),
);
