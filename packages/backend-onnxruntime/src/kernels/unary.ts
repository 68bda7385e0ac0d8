import type { Kernels, UnaryKernel } from "../graph/kernel.ts";
import { elementwise, operators, unary } from "./elementwise.ts";

/** A rounding, which leaves whole numbers as they are. */
const rounding = (op: string): UnaryKernel<object> =>
  unary((to, x, _, dtype) => (dtype === "float32" ? to.node(op, [x]) : x));

export const unaryKernels: Kernels<
  | ("Abs" | "Acos" | "Acosh" | "Asin" | "Asinh" | "Atan" | "Atanh" | "Cast" | "Ceil" | "ClipByValue" | "Cos" | "Cosh")
  | ("Erf" | "Exp" | "Expm1" | "Floor" | "IsFinite" | "IsInf" | "IsNan" | "Log" | "Log1p" | "LogicalNot" | "Neg")
  | ("Reciprocal" | "Round" | "Rsqrt" | "Sign" | "Sin" | "Sinh" | "Sqrt" | "Square" | "Tan" | "Tanh")
> = {
  ...operators("Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Cos", "Cosh", "Erf", "Log", "Neg"),
  ...operators("Reciprocal", "Sin", "Sinh", "Sqrt", "Tan", "Tanh"),
  Cast: {
    infer: ({ x }, { dtype }) => ({ shape: x.shape, dtype }),
    lower: (to, { inputs: { x }, output }) =>
      elementwise(to, { inputs: [x], output }, ([name]) => to.cast(name, output.dtype, x.dtype)),
  },
  Ceil: rounding("Ceil"),
  ClipByValue: unary((to, x, { clipValueMin, clipValueMax }, dtype) =>
    to.node("Clip", [x, to.scalar(clipValueMin, dtype), to.scalar(clipValueMax, dtype)]),
  ),
  Exp: unary((to, x, _, dtype) => to.node("Exp", [to.cast(x, "float32", dtype)]), "float32"),
  /** exp(x) − 1 = tanh(x/2) · (exp(x) + 1), which keeps its digits near zero. */
  Expm1: unary((to, x) => {
    const one = to.scalar(1);
    const exp = to.node("Exp", [x]);
    const half = to.node("Tanh", [to.node("Mul", [x, to.scalar(0.5)])]);
    const nearZero = to.node("Mul", [half, to.node("Add", [exp, one])]);
    const isNearZero = to.node("Less", [to.node("Abs", [x]), one]);
    return to.node("Where", [isNearZero, nearZero, to.node("Sub", [exp, one])]);
  }),
  Floor: rounding("Floor"),
  /** x − x is zero for every finite number and NaN for the others. */
  IsFinite: unary((to, x, _, dtype) => {
    const number = to.cast(x, "float32", dtype);
    return to.node("Equal", [to.node("Sub", [number, number]), to.scalar(0)]);
  }, "bool"),
  IsInf: unary((to, x, _, dtype) => to.node("IsInf", [to.cast(x, "float32", dtype)]), "bool"),
  IsNan: unary((to, x, _, dtype) => to.node("IsNaN", [to.cast(x, "float32", dtype)]), "bool"),
  /** log(1 + x) = 2 · artanh(x / (x + 2)), which keeps its digits near zero. */
  Log1p: unary((to, x) => {
    const one = to.scalar(1);
    const ratio = to.node("Div", [x, to.node("Add", [x, to.scalar(2)])]);
    const nearZero = to.node("Mul", [to.node("Atanh", [ratio]), to.scalar(2)]);
    const isNearZero = to.node("Less", [to.node("Abs", [x]), to.scalar(0.5)]);
    return to.node("Where", [isNearZero, nearZero, to.node("Log", [to.node("Add", [x, one])])]);
  }),
  LogicalNot: unary((to, x) => to.node("Not", [x]), "bool"),
  Round: rounding("Round"),
  Rsqrt: unary((to, x) => to.node("Reciprocal", [to.node("Sqrt", [x])])),
  /** −1, 0 or 1; 0 for NaN, as in tfjs. */
  Sign: unary((to, x, _, dtype) => {
    const sign = to.node("Sign", [x]);
    return dtype === "float32" ? to.node("Where", [to.node("IsNaN", [x]), to.scalar(0), sign]) : sign;
  }),
  Square: unary((to, x) => to.node("Mul", [x, x])),
};
