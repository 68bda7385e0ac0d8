import { binary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const floorDiv: Kernel = binary((to, a, b, dtype) => {
  if (dtype !== "int32") return to.node("Floor", [to.node("Div", [a, b])]);
  // ONNX divides whole numbers towards zero; in double precision every int32 quotient is exact enough to floor.
  const quotient = to.node("Div", [to.cast(a, "float64"), to.cast(b, "float64")]);
  return to.cast(to.node("Floor", [quotient]), "int32");
});
