import { int } from "@lookonce/onnx";
import type { SoftmaxAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const softmax: Kernel = kernel<SoftmaxAttrs>({
  inputs: ["logits"],
  infer: ([logits]) => ({ shape: logits!.shape, dtype: "float32" }),
  lower: (to, { inputs, attrs, output }) =>
    to.set(output, to.node("Softmax", [to.get(inputs[0]!)], { axis: int(attrs.dim) })),
});
