import type { TensorType } from "@lookonce/onnx";
import type { CastAttrs } from "@tensorflow/tfjs-core";
import { elementwise } from "../families/elementwise.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const cast: Kernel = kernel<CastAttrs>({
  inputs: ["x"],
  infer: ([x], { dtype }) => ({ shape: x!.shape, dtype }),
  lower: (to, call) =>
    elementwise(to, call, ([x]) => {
      const { dtype } = call.output;
      if (dtype === call.inputs[0]!.dtype) return x!;
      return to.cast(x!, dtype as TensorType);
    }),
});
