import { float } from "@lookonce/onnx";
import type { Kernel } from "../graph/kernel.ts";
import { dimOf, type Value } from "../graph/value.ts";
import { broadcastable } from "./elementwise.ts";

/** (x − mean) / √(variance + ε) · scale + offset over the last axis. */
export const fusedBatchNorm: Kernel<"FusedBatchNorm"> = {
  inputs: ["x", "mean", "variance", "offset", "scale"],
  infer: ({ x }) => ({ shape: x.shape, dtype: "float32" }),
  lower(to, { inputs: { x, mean, variance, offset, scale }, attrs: { varianceEpsilon }, output }) {
    const isImage = x.shape.length === 4;
    const isPerChannel = [mean, variance, offset, scale].every((v) => v === undefined || v.shape.length === 1);
    if (isPerChannel && isImage) {
      const vector = (fill: number): string => to.constant("float32", new Float32Array(dimOf(x, -1)).fill(fill));
      const names = [
        to.getChannelsFirst(x),
        scale === undefined ? vector(1) : to.get(scale),
        offset === undefined ? vector(0) : to.get(offset),
        to.get(mean),
        to.get(variance),
      ];
      to.setChannelsFirst(output, to.node("BatchNormalization", names, { epsilon: float(varianceEpsilon) }));
      return;
    }
    const name = (value: Value): string => (isImage ? broadcastable(to, value) : to.get(value));
    const spread = to.node("Sqrt", [to.node("Add", [name(variance), to.scalar(varianceEpsilon)])]);
    let y = to.node("Div", [to.node("Sub", [name(x), name(mean)]), spread]);
    if (scale !== undefined) y = to.node("Mul", [y, name(scale)]);
    if (offset !== undefined) y = to.node("Add", [y, name(offset)]);
    if (isImage) to.setChannelsFirst(output, y);
    else to.set(output, y);
  },
};
