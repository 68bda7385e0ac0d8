import { backend_util } from "@tensorflow/tfjs-core";
import { elementwise } from "../families/elementwise.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const prelu: Kernel = kernel({
  inputs: ["x", "alpha"],
  infer: ([x, alpha]) => ({
    shape: backend_util.assertAndGetBroadcastShape(x!.shape as number[], alpha!.shape as number[]),
    dtype: "float32",
  }),
  lower: (to, call) =>
    elementwise(to, call, (names) => {
      const [x, alpha] = names.map((name, i) =>
        call.inputs[i]!.dtype === "float32" ? name : to.cast(name, "float32"),
      );
      const isNegative = to.node("Less", [x!, to.scalar(0)]);
      return to.node("Where", [isNegative, to.node("Mul", [x!, alpha!]), x!]);
    }),
});
