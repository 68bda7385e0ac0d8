import { backend_util, type SpaceToBatchNDAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { sizeOf } from "../graph/value.ts";

/** The input's dimensions with the padding of the spatial ones, and the padding of all. */
function padded(shape: readonly number[], paddings: readonly number[][]): { pads: number[][]; sizes: number[] } {
  const pads = shape.map((_, axis) => paddings[axis - 1] ?? [0, 0]);
  return { pads, sizes: shape.map((dim, axis) => dim + pads[axis]![0]! + pads[axis]![1]!) };
}

/** Moves blocks of the spatial axes, after padding with zeros, into the batch. */
export const spaceToBatchND: Kernel = kernel<SpaceToBatchNDAttrs>({
  inputs: ["x"],
  infer([x], { blockShape, paddings }) {
    const { sizes } = padded(x!.shape, paddings);
    const shape = backend_util.getReshapedPermuted(sizes, blockShape, sizeOf(blockShape), false);
    return { shape, dtype: x!.dtype };
  },
  lower(to, { inputs, attrs: { blockShape, paddings }, output }) {
    const x = inputs[0]!;
    const { pads, sizes } = padded(x.shape, paddings);
    const sides = [...pads.map(([before]) => before!), ...pads.map(([, after]) => after!)];
    const isPadded = sides.some((side) => side > 0);
    const whole = isPadded ? to.node("Pad", [to.get(x), to.int64s(sides), to.scalar(0, x.dtype)]) : to.get(x);
    const blocks = backend_util.getReshaped(sizes, blockShape, sizeOf(blockShape), false);
    const perm = backend_util.getPermuted(blocks.length, blockShape.length, false);
    to.set(output, to.reshape(to.transpose(to.reshape(whole, blocks), perm), output.shape));
  },
});
