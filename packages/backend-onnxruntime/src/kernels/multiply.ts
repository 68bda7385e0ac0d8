import { float } from "@lookonce/onnx";
import { binary, elementwise } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";
import type { Value } from "../graph/value.ts";

const product: Kernel = binary((to, a, b) => to.node("Mul", [a, b]));

/** The product. In this process x · σ(x) is one operator of ONNX Runtime's, in one pass over memory. */
export const multiply: Kernel = {
  ...product,
  lower(to, call) {
    const [a, b] = call.inputs as [Value, Value];
    const isSilu = b.producer?.kernel === "Sigmoid" && b.producer.inputs[0] === a;
    if (!isSilu || to.target === "portable") product.lower(to, call);
    else elementwise(to, { ...call, inputs: [a] }, ([x]) => to.microsoft("QuickGelu", [x!], { alpha: float(1) }));
  },
};
