import { type ReverseAttrs, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";

/** Writes a tensor of the shape with the order along the axes turned round. */
export function reversed(
  to: Lowering,
  name: string,
  { shape, axes }: { shape: readonly number[]; axes: readonly number[] },
): string {
  if (shape.length === 0 || axes.length === 0) return name;
  return to.node("Slice", [
    name,
    to.int64s(axes.map(() => -1)),
    to.int64s(axes.map((axis) => -shape[axis]! - 1)),
    to.int64s(axes),
    to.int64s(axes.map(() => -1)),
  ]);
}

export const reverse: Kernel = kernel<ReverseAttrs>({
  inputs: ["x"],
  infer([x], { dims }) {
    util.parseAxisParam(dims, x!.shape as number[]);
    return { shape: x!.shape, dtype: x!.dtype };
  },
  lower(to, { inputs, attrs, output }) {
    const { shape } = inputs[0]!;
    const axes = util.parseAxisParam(attrs.dims, shape as number[]);
    to.set(output, reversed(to, to.get(inputs[0]!), { shape, axes }));
  },
});
