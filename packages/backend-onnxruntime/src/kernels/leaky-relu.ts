import { float } from "@lookonce/onnx";
import type { LeakyReluAttrs } from "@tensorflow/tfjs-core";
import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const leakyRelu: Kernel = unary<LeakyReluAttrs>((to, x, { alpha }) =>
  to.node("LeakyRelu", [x], { alpha: float(alpha) }),
);
