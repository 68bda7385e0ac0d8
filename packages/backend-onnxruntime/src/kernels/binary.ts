import { binary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

const arithmetic = {
  Add: "Add",
  Maximum: "Max",
  Minimum: "Min",
  Sub: "Sub",
} as const;

const comparisons = {
  Equal: "Equal",
  Greater: "Greater",
  GreaterEqual: "GreaterOrEqual",
  Less: "Less",
  LessEqual: "LessOrEqual",
  LogicalAnd: "And",
  LogicalOr: "Or",
} as const;

/** Kernels that are one ONNX operator of two broadcasting inputs. */
export const binaryKernels = {
  ...Object.fromEntries(
    Object.entries(arithmetic).map(([name, operator]) => [name, binary((to, a, b) => to.node(operator, [a, b]))]),
  ),
  ...Object.fromEntries(
    Object.entries(comparisons).map(([name, operator]) => [
      name,
      binary((to, a, b) => to.node(operator, [a, b]), "bool"),
    ]),
  ),
} as Record<keyof typeof arithmetic | keyof typeof comparisons, Kernel>;
