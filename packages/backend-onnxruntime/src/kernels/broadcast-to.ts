import type { BroadCastToAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const broadcastTo: Kernel = kernel<BroadCastToAttrs>({
  inputs: ["x"],
  infer: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  lower: (to, { inputs, output }) => to.set(output, to.node("Expand", [to.get(inputs[0]!), to.int64s(output.shape)])),
});
