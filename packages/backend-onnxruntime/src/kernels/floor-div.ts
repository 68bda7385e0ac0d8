import { binary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

/** The quotient rounded down, as a whole number of type int32 even for fractions, as tfjs has it. */
export const floorDiv: Kernel = binary((to, a, b, dtype) => {
  if (dtype === "float32") return to.cast(to.node("Floor", [to.node("Div", [a, b])]), "int32");
  // ONNX divides whole numbers toward zero; in double precision every int32 quotient is exact enough to floor.
  const quotient = to.node("Div", [to.cast(a, "float64"), to.cast(b, "float64")]);
  return to.cast(to.node("Floor", [quotient]), "int32");
}, "int32");
