import { LookonceError } from "@lookonce/errors";
import type { TensorType } from "@lookonce/onnx";
import type { FillAttrs } from "@tensorflow/tfjs-core";
import { type Call, type Kernel, kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { hostArray } from "../graph/value.ts";

/** A constant tensor, which a graph holds as one number and a shape. */
export function filled(to: Lowering, { output }: Call, value: number): void {
  const { dtype } = output;
  to.setUniform(output, to.constant(dtype as TensorType, hostArray(dtype, [value]), []));
}

export const fill: Kernel = kernel<FillAttrs>({
  inputs: [],
  infer(_, { shape, dtype, value }) {
    if (typeof value === "string" || dtype === "string") {
      throw new LookonceError("UNSUPPORTED", "tensors of text cannot be filled on this device; make them on the host");
    }
    return { shape, dtype: dtype ?? "float32" };
  },
  lower: (to, call) => filled(to, call, call.attrs.value as number),
});
