import { int } from "@lookonce/onnx";
import type { UnpackAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const unpack: Kernel = kernel<UnpackAttrs>({
  inputs: ["value"],
  infer([value], { axis }) {
    const at = axis < 0 ? axis + value!.shape.length : axis;
    const shape = value!.shape.filter((_, i) => i !== at);
    return Array.from({ length: value!.shape[at]! }, () => ({ shape, dtype: value!.dtype }));
  },
  lower(to, { inputs, attrs, outputs }) {
    const value = inputs[0]!;
    const axis = attrs.axis < 0 ? attrs.axis + value.shape.length : attrs.axis;
    outputs.forEach((output, i) => {
      const index = to.constant("int64", BigInt64Array.of(BigInt(i)), []);
      to.set(output, to.node("Gather", [to.get(value), index], { axis: int(axis) }));
    });
  },
});
