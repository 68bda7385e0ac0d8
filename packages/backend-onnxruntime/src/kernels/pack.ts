import { int } from "@lookonce/onnx";
import type { PackAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const pack: Kernel = kernel<PackAttrs>({
  inputs: "list",
  infer(inputs, { axis }) {
    const shape = [...inputs[0]!.shape];
    shape.splice(axis, 0, inputs.length);
    return { shape, dtype: inputs[0]!.dtype };
  },
  lower(to, { inputs, attrs, output }) {
    const parts = inputs.map((value) => {
      const shape = [...value.shape];
      shape.splice(attrs.axis, 0, 1);
      return to.reshape(to.get(value), shape);
    });
    to.set(output, to.node("Concat", parts, { axis: int(attrs.axis) }));
  },
});
