import { LookonceError } from "@lookonce/errors";
import { float, int } from "@lookonce/onnx";
import { backend_util, type FusedConv2DAttrs } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { elementwise, operators, unary } from "./elementwise.ts";

/** x where it is not negative, slope · x elsewhere. */
function rectify(to: Lowering, x: string, slope: string): string {
  const isNegative = to.node("Less", [x, to.scalar(0)]);
  return to.node("Where", [isNegative, to.node("Mul", [x, slope]), x]);
}

type FusedActivation = Partial<Pick<FusedConv2DAttrs, "activation" | "leakyreluAlpha">> & {
  slope?: string | undefined;
};

const fusedActivations: Record<string, (to: Lowering, x: string, options: FusedActivation) => string> = {
  linear: (_, x) => x,
  relu: (to, x) => to.node("Relu", [x]),
  relu6: (to, x) => to.node("Clip", [x, to.scalar(0), to.scalar(6)]),
  elu: (to, x) => to.node("Elu", [x]),
  sigmoid: (to, x) => to.node("Sigmoid", [x]),
  leakyrelu: (to, x, { leakyreluAlpha = 0.2 }) => to.node("LeakyRelu", [x], { alpha: float(leakyreluAlpha) }),
  prelu: (to, x, { slope = "" }) => rectify(to, x, slope),
};

/** Writes the activation that tfjs's fused kernels name. */
export function activate(to: Lowering, x: string, options: FusedActivation): string {
  const write = fusedActivations[options.activation ?? "linear"];
  if (write !== undefined) return write(to, x, options);
  throw new LookonceError("UNSUPPORTED", `the fused activation "${options.activation}" is unknown to this device`);
}

export const activations: Kernels<
  "Elu" | "EluGrad" | "LeakyRelu" | "Prelu" | "Relu" | "Relu6" | "Selu" | "Sigmoid" | "Softmax" | "Softplus" | "Step"
> = {
  ...operators("Elu", "Relu", "Selu", "Sigmoid", "Softplus"),
  /** dy where the output y is not negative, dy · (y + 1) elsewhere. */
  EluGrad: {
    infer: ({ y }) => ({ shape: y.shape, dtype: "float32" }),
    lower: (to, { inputs, output }) =>
      elementwise(to, { inputs: [inputs.dy, inputs.y], output }, ([dy, y]) => {
        const isLinear = to.node("GreaterOrEqual", [y, to.scalar(0)]);
        const slope = to.node("Add", [y, to.scalar(1)]);
        return to.node("Where", [isLinear, dy, to.node("Mul", [dy, slope])]);
      }),
  },
  LeakyRelu: unary(
    (to, x, { alpha }, dtype) => to.node("LeakyRelu", [to.cast(x, "float32", dtype)], { alpha: float(alpha) }),
    "float32",
  ),
  Prelu: {
    infer: ({ x, alpha }) => ({
      shape: backend_util.assertAndGetBroadcastShape(x.shape, alpha.shape),
      dtype: "float32",
    }),
    lower: (to, { inputs: { x, alpha }, output }) =>
      elementwise(to, { inputs: [x, alpha], output }, ([name, slope]) =>
        rectify(to, to.cast(name, "float32", x.dtype), to.cast(slope, "float32", alpha.dtype)),
      ),
  },
  Relu6: unary((to, x, _, dtype) => to.node("Clip", [x, to.scalar(0, dtype), to.scalar(6, dtype)])),
  Softmax: {
    infer: ({ logits }) => ({ shape: logits.shape, dtype: "float32" }),
    lower: (to, { inputs, attrs, output }) =>
      to.set(output, to.node("Softmax", [to.get(inputs.logits)], { axis: int(attrs.dim) })),
  },
  /** 1 above zero, `alpha` below and at zero, NaN for NaN. */
  Step: unary((to, x, { alpha }, dtype) => {
    const [one, low] = [to.scalar(1, dtype), to.scalar(alpha, dtype)];
    const value = to.node("Where", [to.node("Greater", [x, to.scalar(0, dtype)]), one, low]);
    return dtype === "float32" ? to.node("Where", [to.node("IsNaN", [x]), x, value]) : value;
  }),
};
