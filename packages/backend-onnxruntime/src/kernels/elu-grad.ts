import { elementwise } from "../families/elementwise.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** dy where the output y is not negative, dy · (y + 1) elsewhere. */
export const eluGrad: Kernel = kernel({
  inputs: ["dy", "y"],
  infer: ([, y]) => ({ shape: y!.shape, dtype: "float32" }),
  lower: (to, call) =>
    elementwise(to, call, ([dy, y]) => {
      const isLinear = to.node("GreaterOrEqual", [y!, to.scalar(0)]);
      const slope = to.node("Add", [y!, to.scalar(1)]);
      return to.node("Where", [isLinear, dy!, to.node("Mul", [dy!, slope])]);
    }),
});
