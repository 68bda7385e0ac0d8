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
  Ceil: "Ceil",
  Cos: "Cos",
  Cosh: "Cosh",
  Erf: "Erf",
  Exp: "Exp",
  Floor: "Floor",
  Log: "Log",
  Neg: "Neg",
  Reciprocal: "Reciprocal",
  Relu: "Relu",
  Round: "Round",
  Sigmoid: "Sigmoid",
  Sign: "Sign",
  Sin: "Sin",
  Sinh: "Sinh",
  Softplus: "Softplus",
  Sqrt: "Sqrt",
  Tan: "Tan",
  Tanh: "Tanh",
} as const;

/** One lowering for each of them. */
export const unaryKernels = Object.fromEntries(
  Object.entries(operators).map(([name, operator]) => [name, unary((to, x) => to.node(operator, [x]))]),
) as Record<keyof typeof operators, Kernel>;
