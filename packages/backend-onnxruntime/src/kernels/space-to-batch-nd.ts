import { backend_util } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import { dimOf, shape4, sizeOf } from "../graph/value.ts";

/** Moves blocks of space to the batch or the channels, and back. */
export const blockKernels: Kernels<"BatchToSpaceND" | "DepthToSpace" | "SpaceToBatchND"> = {
  /** Moves parts of the batch into blocks of the spatial axes, whose borders are then cropped. */
  BatchToSpaceND: {
    infer({ x }, { blockShape, crops }) {
      const whole = backend_util.getReshapedPermuted(x.shape, blockShape, sizeOf(blockShape));
      const cropped = backend_util.getSliceSize(whole, crops, blockShape.length);
      return { shape: [...cropped, ...whole.slice(cropped.length)], dtype: x.dtype };
    },
    lower(to, { inputs: { x }, attrs: { blockShape, crops }, output }) {
      const size = sizeOf(blockShape);
      const blocks = backend_util.getReshaped(x.shape, blockShape, size);
      const perm = backend_util.getPermuted(blocks.length, blockShape.length);
      const spread = to.transpose(to.reshape(to.get(x), blocks), perm);
      const whole = to.reshape(spread, backend_util.getReshapedPermuted(x.shape, blockShape, size));
      const begin = backend_util.getSliceBeginCoords(crops, blockShape.length);
      const end = begin.map((start, axis) => start + dimOf(output, axis));
      const axes = begin.map((_, axis) => axis);
      to.set(output, to.node("Slice", [whole, to.int64s(begin), to.int64s(end), to.int64s(axes)]));
    },
  },
  /** Spreads each position's channels over a square of positions. */
  DepthToSpace: {
    infer({ x }, { blockSize: size, dataFormat }) {
      const [n, a, b, c] = shape4(x);
      const shape =
        dataFormat === "NCHW" ? [n, a / size ** 2, b * size, c * size] : [n, a * size, b * size, c / size ** 2];
      return { shape, dtype: x.dtype };
    },
    lower(to, { inputs: { x }, attrs: { blockSize: size, dataFormat }, output }) {
      const [n, a, b, c] = shape4(x);
      const isFirst = dataFormat === "NCHW";
      const blocks = isFirst ? [n, size, size, a / size ** 2, b, c] : [n, a, b, size, size, c / size ** 2];
      const perm = isFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 3, 2, 4, 5];
      to.set(output, to.reshape(to.transpose(to.reshape(to.get(x), blocks), perm), output.shape));
    },
  },
  /** Moves blocks of the spatial axes, after padding with zeros, into the batch. */
  SpaceToBatchND: {
    infer({ x }, { blockShape, paddings }) {
      const { sizes } = padded(x.shape, paddings);
      const shape = backend_util.getReshapedPermuted(sizes, blockShape, sizeOf(blockShape), false);
      return { shape, dtype: x.dtype };
    },
    lower(to, { inputs: { x }, attrs: { blockShape, paddings }, output }) {
      const { amounts, sizes } = padded(x.shape, paddings);
      const isPadded = amounts.some((amount) => amount > 0);
      const whole = isPadded ? to.node("Pad", [to.get(x), to.int64s(amounts), to.scalar(0, x.dtype)]) : to.get(x);
      const blocks = backend_util.getReshaped(sizes, blockShape, sizeOf(blockShape), false);
      const perm = backend_util.getPermuted(blocks.length, blockShape.length, false);
      to.set(output, to.reshape(to.transpose(to.reshape(whole, blocks), perm), output.shape));
    },
  },
};

/** The dimensions with the padding of the spatial ones, and ONNX's amounts of it: all before, then all after. */
function padded(shape: readonly number[], paddings: readonly number[][]): { amounts: number[]; sizes: number[] } {
  const before = shape.map((_, axis) => paddings[axis - 1]?.[0] ?? 0);
  const after = shape.map((_, axis) => paddings[axis - 1]?.[1] ?? 0);
  return {
    amounts: [...before, ...after],
    sizes: shape.map((dim, axis) => dim + (before[axis] ?? 0) + (after[axis] ?? 0)),
  };
}
