import { float, int } from "@lookonce/onnx";
import type { Kernel, Kernels } from "../graph/kernel.ts";
import type { BinaryName } from "../graph/kernel-types.ts";
import { lowerAffine } from "./affine.ts";
import { lowerGradientSum } from "./conv2d-backprop-input.ts";
import { binary, elementwise } from "./elementwise.ts";
import { lowerSilu, lowerSiluGradient } from "./silu.ts";

/** A kernel that is one ONNX operator. */
const operator = (op: string): Kernel<"Add"> => binary((to, a, b) => to.node(op, [a, b]));

const comparison = (op: string): Kernel<"Add"> => binary((to, a, b) => to.node(op, [a, b]), "bool");

/** An operator that {@link lowerAffine} may do together with others, in one pass over memory. */
const affine = (op: string): Kernel<"Add"> => {
  const plain = operator(op);
  return {
    ...plain,
    lower(to, call) {
      if (!lowerAffine(to, call.output, call.inputs)) plain.lower(to, call);
    },
  };
};

const product = affine("Mul");

const sum = affine("Add");

export const binaryKernels: Kernels<BinaryName | "AddN"> = {
  Add: {
    ...sum,
    lower(to, call) {
      const { a, b } = call.inputs;
      const isOne = lowerGradientSum(to, call.output, [a, b]) || lowerGradientSum(to, call.output, [b, a]);
      if (!isOne) sum.lower(to, call);
    },
  },
  AddN: {
    infer: ([first]) => ({ shape: first?.shape ?? [], dtype: first?.dtype ?? "float32" }),
    lower: (to, { inputs, output }) =>
      elementwise(to, { inputs, output }, (names) =>
        // ONNX's `Sum` is for floating-point numbers only, and WebGPU's provider leaves it to the CPU.
        output.dtype === "float32" && to.target !== "webgpu"
          ? to.node("Sum", names)
          : names.reduce((sum, name) => to.node("Add", [sum, name])),
      ),
  },
  /** The angle of the point (b, a), from the arctangent of the smaller side over the larger, by octants. */
  Atan2: binary((to, y, x) => {
    const zero = to.scalar(0);
    const [ax, ay] = [to.node("Abs", [x]), to.node("Abs", [y])];
    const longer = to.node("Max", [ax, ay]);
    const safe = to.node("Where", [to.node("Equal", [longer, zero]), to.scalar(1), longer]);
    const base = to.node("Atan", [to.node("Div", [to.node("Min", [ax, ay]), safe])]);
    const steep = to.node("Greater", [ay, ax]);
    const first = to.node("Where", [steep, to.node("Sub", [to.scalar(Math.PI / 2), base]), base]);
    // 1/x distinguishes −0 from +0: the angle of (−0, 0) is π.
    const isLeft = to.node("Or", [
      to.node("Less", [x, zero]),
      to.node("And", [to.node("Equal", [x, zero]), to.node("Less", [to.node("Reciprocal", [x]), zero])]),
    ]);
    const half = to.node("Where", [isLeft, to.node("Sub", [to.scalar(Math.PI), first]), first]);
    const isBelow = to.node("Less", [y, zero]);
    return to.node("Where", [isBelow, to.node("Neg", [half]), half]);
  }),
  BitwiseAnd: operator("BitwiseAnd"),
  Equal: comparison("Equal"),
  /** The quotient rounded down, as a whole number of type int32 even for fractions, as in tfjs. */
  FloorDiv: binary((to, a, b, dtype) => {
    if (dtype === "float32") return to.cast(to.node("Floor", [to.node("Div", [a, b])]), "int32");
    // ONNX divides whole numbers toward zero; in double precision every int32 quotient is exact enough to floor.
    const quotient = to.node("Div", [to.cast(a, "float64"), to.cast(b, "float64")]);
    return to.cast(to.node("Floor", [quotient]), "int32");
  }, "int32"),
  Greater: comparison("Greater"),
  GreaterEqual: comparison("GreaterOrEqual"),
  Less: comparison("Less"),
  LessEqual: comparison("LessOrEqual"),
  LogicalAnd: comparison("And"),
  LogicalOr: comparison("Or"),
  Maximum: operator("Max"),
  Minimum: operator("Min"),
  /** Remainder with the divisor's sign, as in tfjs and Python; ONNX's floating-point `Mod` has the dividend's. */
  Mod: binary((to, a, b, dtype) => {
    if (dtype === "int32") return to.node("Mod", [a, b]);
    const remainder = to.node("Mod", [a, b], { fmod: int(1) });
    return to.node("Mod", [to.node("Add", [remainder, b]), b], { fmod: int(1) });
  }),
  /** The product. In this process SiLU, x · σ(x), is one operator of ONNX Runtime's, in one pass over memory. */
  Multiply: {
    ...product,
    lower(to, call) {
      const { a, b } = call.inputs;
      const isSilu = b.producer?.kernel === "Sigmoid" && Object.values(b.producer.inputs)[0] === a;
      if (lowerSiluGradient(to, call.output, call.inputs)) return;
      if (!isSilu || to.target === "portable") return product.lower(to, call);
      if (lowerSilu(to, call.output, a)) return;
      elementwise(to, { inputs: [a], output: call.output }, ([x]) =>
        to.microsoft("QuickGelu", [x], { alpha: float(1) }),
      );
    },
  },
  NotEqual: binary((to, a, b) => to.node("Not", [to.node("Equal", [a, b])]), "bool"),
  Pow: operator("Pow"),
  /** Division. Of whole numbers too it computes fractions, as in tfjs; the kernel's callers cast. */
  RealDiv: operator("Div"),
  SquaredDifference: binary((to, a, b) => {
    const difference = to.node("Sub", [a, b]);
    return to.node("Mul", [difference, difference]);
  }),
  Sub: affine("Sub"),
};
