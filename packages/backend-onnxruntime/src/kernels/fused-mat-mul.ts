import type { _FusedMatMulAttrs } from "@tensorflow/tfjs-core";
import { activate } from "../families/activation.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { product, productShape } from "./batch-mat-mul.ts";

export const fusedMatMul: Kernel = kernel<_FusedMatMulAttrs>({
  inputs: ["a", "b", "bias", "preluActivationWeights"],
  infer: ([a, b], attrs) => ({ shape: productShape(a!, b!, attrs), dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [a, b, bias, slope] = inputs;
    let y = product(to, a!, b!, attrs);
    if (bias !== undefined) y = to.node("Add", [y, to.get(bias)]);
    to.set(output, activate(to, y, attrs as never, slope === undefined ? undefined : to.get(slope)));
  },
});
