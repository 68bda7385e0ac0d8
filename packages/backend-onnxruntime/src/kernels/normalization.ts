import { float } from "@lookonce/onnx";
import type { LRNAttrs } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { dimOf, type Value } from "../graph/value.ts";
import { broadcastable } from "./elementwise.ts";

export const normalizationKernels: Kernels<"FusedBatchNorm" | "LRN" | "LRNGrad"> = {
  /** (x − mean) / √(variance + ε) · scale + offset over the last axis. */
  FusedBatchNorm: {
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
        return to.setChannelsFirst(output, to.node("BatchNormalization", names, { epsilon: float(varianceEpsilon) }));
      }
      const name = (value: Value): string => (isImage ? broadcastable(to, value) : to.get(value));
      const spread = to.node("Sqrt", [to.node("Add", [name(variance), to.scalar(varianceEpsilon)])]);
      let y = to.node("Div", [to.node("Sub", [name(x), name(mean)]), spread]);
      if (scale !== undefined) y = to.node("Mul", [y, name(scale)]);
      if (offset !== undefined) y = to.node("Add", [y, name(offset)]);
      (isImage ? to.channelsFirst : to).set(output, y);
    },
  },
  /** Local response normalization: x · (bias + α · Σ x²)^−β, the sum over the channels within the radius. */
  LRN: {
    infer: ({ x }) => x,
    lower(to, { inputs: { x }, attrs, output }) {
      const scale = to.node("Pow", [norm(to, x, attrs).norm, to.scalar(-attrs.beta)]);
      to.set(output, to.node("Mul", [to.get(x), scale]));
    },
  },
  /** dy · norm^−β − 2αβ · x · Σ (y · dy / norm). */
  LRNGrad: {
    infer: ({ x }) => x,
    lower(to, { inputs: { x, y, dy }, attrs, output }) {
      const { norm: n, sums } = norm(to, x, attrs);
      const own = to.node("Mul", [to.get(dy), to.node("Pow", [n, to.scalar(-attrs.beta)])]);
      const parts = to.node("Div", [to.node("Mul", [to.get(y), to.get(dy)]), n]);
      const others = to.node("Mul", [to.get(x), to.node("MatMul", [parts, sums])]);
      const factor = to.scalar(2 * attrs.alpha * attrs.beta);
      to.set(output, to.node("Sub", [own, to.node("Mul", [others, factor])]));
    },
  },
};

/** bias + α · Σ x², and the matrix that sums each channel with its neighbors. */
function norm(to: Lowering, x: Value, { depthRadius, bias, alpha }: LRNAttrs): { norm: string; sums: string } {
  const channels = dimOf(x, 3);
  const matrix = Float32Array.from({ length: channels ** 2 }, (_, i) =>
    Math.abs(Math.floor(i / channels) - (i % channels)) <= depthRadius ? 1 : 0,
  );
  const sums = to.constant("float32", matrix, [channels, channels]);
  const name = to.get(x);
  const squares = to.node("MatMul", [to.node("Mul", [name, name]), sums]);
  return { norm: to.node("Add", [to.node("Mul", [squares, to.scalar(alpha)]), to.scalar(bias)]), sums };
}
