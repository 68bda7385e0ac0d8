import { LookonceError } from "@lookonce/errors";
import { float } from "@lookonce/onnx";
import type { backend_util } from "@tensorflow/tfjs-core";
import type { Lowering } from "../graph/lowering.ts";

/** Attributes of kernels that end with an activation. */
export interface ActivationAttrs {
  activation: backend_util.Activation;
  leakyreluAlpha?: number;
}

/** Writes the activation that tfjs's fused kernels name. */
export function activate(to: Lowering, x: string, attrs: ActivationAttrs, slope?: string): string {
  switch (attrs.activation ?? "linear") {
    case "linear":
      return x;
    case "relu":
      return to.node("Relu", [x]);
    case "relu6":
      return to.node("Clip", [x, to.scalar(0), to.scalar(6)]);
    case "elu":
      return to.node("Elu", [x]);
    case "sigmoid":
      return to.node("Sigmoid", [x]);
    case "leakyrelu":
      return to.node("LeakyRelu", [x], { alpha: float(attrs.leakyreluAlpha ?? 0.2) });
    case "prelu": {
      const isNegative = to.node("Less", [x, to.scalar(0)]);
      return to.node("Where", [isNegative, to.node("Mul", [x, slope as string]), x]);
    }
    default:
      throw new LookonceError("UNSUPPORTED", `the fused activation "${attrs.activation}" is unknown to this device`);
  }
}
