import { type ExpandDimsAttrs, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const expandDims: Kernel = kernel<ExpandDimsAttrs>({
  inputs: ["input"],
  infer([input], { dim }) {
    const shape = [...input!.shape];
    util.assert(-(shape.length + 1) <= dim && dim <= shape.length, () => {
      return `Axis must be in the interval [${-(shape.length + 1)}, ${shape.length}], but is ${dim}`;
    });
    shape.splice(dim < 0 ? shape.length + dim + 1 : dim, 0, 1);
    return { shape, dtype: input!.dtype };
  },
  lower: (to, { inputs, output }) => to.set(output, to.reshape(to.get(inputs[0]!), output.shape)),
});
