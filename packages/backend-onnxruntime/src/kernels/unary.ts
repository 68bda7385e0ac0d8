import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

/** Kernels that are one ONNX operator of one input. */
const operators = {
  Abs: "Abs",
  Acos: "Acos",
  Acosh: "Acosh",
  Asin: "Asin",
  Asinh: "Asinh",
  Atan: "Atan",
  Atanh: "Atanh",
  Cos: "Cos",
  Cosh: "Cosh",
  Erf: "Erf",
  Log: "Log",
  Neg: "Neg",
  Reciprocal: "Reciprocal",
  Relu: "Relu",
  Sigmoid: "Sigmoid",
  Sin: "Sin",
  Sinh: "Sinh",
  Softplus: "Softplus",
  Sqrt: "Sqrt",
  Tan: "Tan",
  Tanh: "Tanh",
} as const;

/** Roundings, which leave whole numbers as they are. */
const roundings = { Ceil: "Ceil", Floor: "Floor", Round: "Round" } as const;

/** One lowering for each of them. */
export const unaryKernels = {
  ...Object.fromEntries(
    Object.entries(operators).map(([name, operator]) => [name, unary((to, x) => to.node(operator, [x]))]),
  ),
  ...Object.fromEntries(
    Object.entries(roundings).map(([name, operator]) => [
      name,
      unary((to, x, _, dtype) => (dtype === "float32" ? to.node(operator, [x]) : x)),
    ]),
  ),
} as Record<keyof typeof operators | keyof typeof roundings, Kernel>;
