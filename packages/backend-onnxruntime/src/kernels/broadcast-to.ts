import type { BroadCastToAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const broadcastTo: Kernel = kernel<BroadCastToAttrs>({
  inputs: ["x"],
  infer: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  lower: (to, { inputs, output }) => to.setBroadcast(output, inputs[0]!),
});
