import { type ReshapeAttrs, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { sizeOf } from "../graph/value.ts";

export const reshape: Kernel = kernel<ReshapeAttrs>({
  inputs: ["x"],
  infer: ([x], { shape }) => ({
    shape: util.inferFromImplicitShape(shape as number[], sizeOf(x!.shape)),
    dtype: x!.dtype,
  }),
  lower(to, { inputs, output }) {
    const scalar = to.uniform(inputs[0]!);
    if (scalar !== undefined) to.setUniform(output, scalar);
    else to.set(output, to.reshape(to.get(inputs[0]!), output.shape));
  },
});
