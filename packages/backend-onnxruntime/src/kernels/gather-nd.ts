import { gather_util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** Slices of `params` at the positions that the last axis of `indices` gives. */
export const gatherNd: Kernel = kernel({
  inputs: ["params", "indices"],
  infer([params, indices]) {
    const [shape] = gather_util.prepareAndValidate(params as never, indices as never);
    return { shape, dtype: params!.dtype };
  },
  lower: (to, { inputs, output }) =>
    to.set(output, to.node("GatherND", [to.get(inputs[0]!), to.cast(to.get(inputs[1]!), "int64")])),
});
