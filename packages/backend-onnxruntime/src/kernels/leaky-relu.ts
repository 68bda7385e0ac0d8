import { float } from "@lookonce/onnx";
import type { LeakyReluAttrs } from "@tensorflow/tfjs-core";
import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const leakyRelu: Kernel = unary<LeakyReluAttrs>(
  (to, x, { alpha }, dtype) =>
    to.node("LeakyRelu", [dtype === "float32" ? x : to.cast(x, "float32")], { alpha: float(alpha) }),
  "float32",
);
