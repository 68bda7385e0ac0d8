import { binary } from "../families/elementwise.ts";

export const squaredDifference = binary((to, a, b) => {
  const difference = to.node("Sub", [a, b]);
  return to.node("Mul", [difference, difference]);
});
