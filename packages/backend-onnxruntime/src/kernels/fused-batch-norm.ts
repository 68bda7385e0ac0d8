import { float } from "@lookonce/onnx";
import type { FusedBatchNormAttrs } from "@tensorflow/tfjs-core";
import { broadcastable } from "../families/elementwise.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** (x − mean) / √(variance + ε) · scale + offset over the last axis. */
export const fusedBatchNorm: Kernel = kernel<FusedBatchNormAttrs>({
  inputs: ["x", "mean", "variance", "offset", "scale"],
  infer: ([x]) => ({ shape: x!.shape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [x, mean, variance, offset, scale] = inputs;
    const channels = x!.shape.at(-1)!;
    const isPerChannel = [mean, variance, offset, scale].every((v) => v === undefined || v.shape.length === 1);
    if (isPerChannel && x!.shape.length === 4) {
      const vector = (fill: number): string => to.constant("float32", new Float32Array(channels).fill(fill));
      const names = [
        to.getChannelsFirst(x!),
        scale === undefined ? vector(1) : to.get(scale),
        offset === undefined ? vector(0) : to.get(offset),
        to.get(mean!),
        to.get(variance!),
      ];
      to.setChannelsFirst(output, to.node("BatchNormalization", names, { epsilon: float(attrs.varianceEpsilon) }));
      return;
    }
    const name = (value: typeof x): string => (x!.shape.length === 4 ? broadcastable(to, value!) : to.get(value!));
    const spread = to.node("Sqrt", [to.node("Add", [name(variance), to.scalar(attrs.varianceEpsilon)])]);
    let y = to.node("Div", [to.node("Sub", [name(x), name(mean)]), spread]);
    if (scale !== undefined) y = to.node("Mul", [y, name(scale)]);
    if (offset !== undefined) y = to.node("Add", [y, name(offset)]);
    if (x!.shape.length === 4) to.setChannelsFirst(output, y);
    else to.set(output, y);
  },
});
