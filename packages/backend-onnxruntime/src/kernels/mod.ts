import { int } from "@lookonce/onnx";
import { binary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

/** Remainder with the divisor's sign, as tfjs and Python have it; ONNX's floating-point `Mod` has the dividend's. */
export const mod: Kernel = binary((to, a, b, dtype) => {
  if (dtype === "int32") return to.node("Mod", [a, b]);
  const remainder = to.node("Mod", [a, b], { fmod: int(1) });
  return to.node("Mod", [to.node("Add", [remainder, b]), b], { fmod: int(1) });
});
