import { binary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const squaredDifference: Kernel = binary((to, a, b) => {
  const difference = to.node("Sub", [a, b]);
  return to.node("Mul", [difference, difference]);
});
