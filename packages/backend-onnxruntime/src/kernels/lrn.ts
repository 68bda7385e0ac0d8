import type { LRNAttrs, LRNGradAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { Value } from "../graph/value.ts";

/** A matrix that sums each channel with its neighbors. */
function neighbors(to: Lowering, channels: number, radius: number): string {
  const matrix = Float32Array.from({ length: channels ** 2 }, (_, i) =>
    Math.abs(Math.floor(i / channels) - (i % channels)) <= radius ? 1 : 0,
  );
  return to.constant("float32", matrix, [channels, channels]);
}

function norm(to: Lowering, x: Value, { depthRadius, bias, alpha }: LRNAttrs): { norm: string; sums: string } {
  const sums = neighbors(to, x.shape[3]!, depthRadius);
  const name = to.get(x);
  const squares = to.node("MatMul", [to.node("Mul", [name, name]), sums]);
  return { norm: to.node("Add", [to.node("Mul", [squares, to.scalar(alpha)]), to.scalar(bias)]), sums };
}

/** x · (bias + α · Σ x²)^−β, the sum over the channels within the radius. */
export const lrn: Kernel = kernel<LRNAttrs>({
  inputs: ["x"],
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const scale = to.node("Pow", [norm(to, inputs[0]!, attrs).norm, to.scalar(-attrs.beta)]);
    to.set(output, to.node("Mul", [to.get(inputs[0]!), scale]));
  },
});

/** dy · norm^−β − 2αβ · x · Σ (y · dy / norm). */
export const lrnGrad: Kernel = kernel<LRNGradAttrs>({
  inputs: ["x", "y", "dy"],
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const [x, y, dy] = inputs;
    const { norm: n, sums } = norm(to, x!, attrs);
    const own = to.node("Mul", [to.get(dy!), to.node("Pow", [n, to.scalar(-attrs.beta)])]);
    const parts = to.node("Div", [to.node("Mul", [to.get(y!), to.get(dy!)]), n]);
    const others = to.node("Mul", [to.get(x!), to.node("MatMul", [parts, sums])]);
    const factor = to.scalar(2 * attrs.alpha * attrs.beta);
    to.set(output, to.node("Sub", [own, to.node("Mul", [others, factor])]));
  },
});
