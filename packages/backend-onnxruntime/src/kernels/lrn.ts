import type { LRNAttrs } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { dimOf, type Value } from "../graph/value.ts";

/** Local response normalization. */
export const lrnKernels: Kernels<"LRN" | "LRNGrad"> = {
  /** x · (bias + α · Σ x²)^−β, the sum over the channels within the radius. */
  LRN: {
    inputs: ["x"],
    infer: ({ x }) => ({ shape: x.shape, dtype: x.dtype }),
    lower(to, { inputs: { x }, attrs, output }) {
      const scale = to.node("Pow", [norm(to, x, attrs).norm, to.scalar(-attrs.beta)]);
      to.set(output, to.node("Mul", [to.get(x), scale]));
    },
  },
  /** dy · norm^−β − 2αβ · x · Σ (y · dy / norm). */
  LRNGrad: {
    inputs: ["x", "y", "dy"],
    infer: ({ x }) => ({ shape: x.shape, dtype: x.dtype }),
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

function norm(to: Lowering, x: Value, { depthRadius, bias, alpha }: LRNAttrs): { norm: string; sums: string } {
  const sums = neighbors(to, dimOf(x, 3), depthRadius);
  const name = to.get(x);
  const squares = to.node("MatMul", [to.node("Mul", [name, name]), sums]);
  return { norm: to.node("Add", [to.node("Mul", [squares, to.scalar(alpha)]), to.scalar(bias)]), sums };
}

/** A matrix that sums each channel with its neighbors. */
function neighbors(to: Lowering, channels: number, radius: number): string {
  const matrix = Float32Array.from({ length: channels ** 2 }, (_, i) =>
    Math.abs(Math.floor(i / channels) - (i % channels)) <= radius ? 1 : 0,
  );
  return to.constant("float32", matrix, [channels, channels]);
}
