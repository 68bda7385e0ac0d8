import { LookonceError } from "@lookonce/errors";
import { float, int } from "@lookonce/onnx";
import { backend_util, type FusedConv2DAttrs } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { elementwise, unary } from "./elementwise.ts";

/** x where it is not negative, slope · x elsewhere. */
function rectify(to: Lowering, x: string, slope: string): string {
  const isNegative = to.node("Less", [x, to.scalar(0)]);
  return to.node("Where", [isNegative, to.node("Mul", [x, slope]), x]);
}

/** Writes the activation that tfjs's fused kernels name. */
export function activate(
  to: Lowering,
  x: string,
  {
    activation,
    leakyreluAlpha = 0.2,
    slope = "",
  }: Partial<Pick<FusedConv2DAttrs, "activation" | "leakyreluAlpha">> & { slope?: string },
): string {
  switch (activation ?? "linear") {
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
      return to.node("LeakyRelu", [x], { alpha: float(leakyreluAlpha) });
    case "prelu":
      return rectify(to, x, slope);
    default:
      throw new LookonceError("UNSUPPORTED", `the fused activation "${activation}" is unknown to this device`);
  }
}

export const activations: Kernels<
  "Elu" | "EluGrad" | "LeakyRelu" | "Prelu" | "Relu" | "Relu6" | "Selu" | "Sigmoid" | "Softmax" | "Softplus" | "Step"
> = {
  Elu: unary((to, x) => to.node("Elu", [x])),
  /** dy where the output y is not negative, dy · (y + 1) elsewhere. */
  EluGrad: {
    inputs: ["dy", "y"],
    infer: ({ y }) => ({ shape: y.shape, dtype: "float32" }),
    lower: (to, { inputs, output }) =>
      elementwise(to, { inputs: [inputs.dy, inputs.y], output }, ([dy, y]) => {
        const isLinear = to.node("GreaterOrEqual", [y, to.scalar(0)]);
        const slope = to.node("Add", [y, to.scalar(1)]);
        return to.node("Where", [isLinear, dy, to.node("Mul", [dy, slope])]);
      }),
  },
  LeakyRelu: unary(
    (to, x, { alpha }, dtype) =>
      to.node("LeakyRelu", [dtype === "float32" ? x : to.cast(x, "float32")], { alpha: float(alpha) }),
    "float32",
  ),
  Prelu: {
    inputs: ["x", "alpha"],
    infer: ({ x, alpha }) => ({
      shape: backend_util.assertAndGetBroadcastShape(x.shape, alpha.shape),
      dtype: "float32",
    }),
    lower: (to, { inputs: { x, alpha }, output }) =>
      elementwise(to, { inputs: [x, alpha], output }, ([name, slope]) =>
        rectify(
          to,
          x.dtype === "float32" ? name : to.cast(name, "float32"),
          alpha.dtype === "float32" ? slope : to.cast(slope, "float32"),
        ),
      ),
  },
  Relu: unary((to, x) => to.node("Relu", [x])),
  Relu6: unary((to, x, _, dtype) => to.node("Clip", [x, to.scalar(0, dtype), to.scalar(6, dtype)])),
  Selu: unary((to, x) => to.node("Selu", [x])),
  Sigmoid: unary((to, x) => to.node("Sigmoid", [x])),
  Softmax: {
    inputs: ["logits"],
    infer: ({ logits }) => ({ shape: logits.shape, dtype: "float32" }),
    lower: (to, { inputs, attrs, output }) =>
      to.set(output, to.node("Softmax", [to.get(inputs.logits)], { axis: int(attrs.dim) })),
  },
  Softplus: unary((to, x) => to.node("Softplus", [x])),
  /** 1 above zero, `alpha` below and at zero, NaN for NaN. */
  Step: unary((to, x, { alpha }, dtype) => {
    const [one, low] = [to.scalar(1, dtype), to.scalar(alpha, dtype)];
    const value = to.node("Where", [to.node("Greater", [x, to.scalar(0, dtype)]), one, low]);
    return dtype === "float32" ? to.node("Where", [to.node("IsNaN", [x]), x, value]) : value;
  }),
};
