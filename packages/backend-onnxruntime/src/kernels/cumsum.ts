import { int } from "@lookonce/onnx";
import type { CumsumAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const cumsum: Kernel = kernel<CumsumAttrs>({
  inputs: ["x"],
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype === "bool" ? "int32" : x!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const x = inputs[0]!;
    const axis = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis;
    const name = x.dtype === "bool" ? to.cast(to.get(x), "int32") : to.get(x);
    const at = to.constant("int64", BigInt64Array.of(BigInt(axis)), []);
    const flags = { exclusive: int(attrs.exclusive ? 1 : 0), reverse: int(attrs.reverse ? 1 : 0) };
    to.set(output, x.shape.length === 0 ? name : to.node("CumSum", [name, at], flags));
  },
});
