import { int } from "@lookonce/onnx";
import type { SoftmaxAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

function normalised(operator: "Softmax" | "LogSoftmax", key: "dim" | "axis"): Kernel {
  return kernel<Record<string, number>>({
    inputs: ["logits"],
    infer: ([logits]) => ({ shape: logits!.shape, dtype: "float32" }),
    lower: (to, { inputs, attrs, output }) =>
      to.set(
        output,
        to.node(operator, [to.get(inputs[0]!)], {
          axis: int((attrs as unknown as SoftmaxAttrs & Record<string, number>)[key]!),
        }),
      ),
  });
}

export const softmax: Kernel = normalised("Softmax", "dim");
export const logSoftmax: Kernel = normalised("LogSoftmax", "axis");
