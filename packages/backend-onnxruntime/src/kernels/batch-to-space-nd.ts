import { type BatchToSpaceNDAttrs, backend_util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { sizeOf } from "../graph/value.ts";

/** Moves parts of the batch into blocks of the spatial axes, whose borders are then cropped. */
export const batchToSpaceND: Kernel = kernel<BatchToSpaceNDAttrs>({
  inputs: ["x"],
  infer([x], { blockShape, crops }) {
    const whole = backend_util.getReshapedPermuted(x!.shape as number[], blockShape, sizeOf(blockShape));
    const cropped = backend_util.getSliceSize(whole, crops, blockShape.length);
    return { shape: [...cropped, ...whole.slice(cropped.length)], dtype: x!.dtype };
  },
  lower(to, { inputs, attrs: { blockShape, crops }, output }) {
    const shape = inputs[0]!.shape as number[];
    const size = sizeOf(blockShape);
    const blocks = backend_util.getReshaped(shape, blockShape, size);
    const perm = backend_util.getPermuted(blocks.length, blockShape.length);
    const spread = to.transpose(to.reshape(to.get(inputs[0]!), blocks), perm);
    const whole = to.reshape(spread, backend_util.getReshapedPermuted(shape, blockShape, size));
    const begin = backend_util.getSliceBeginCoords(crops, blockShape.length);
    const end = begin.map((start, axis) => start + output.shape[axis]!);
    const axes = begin.map((_, axis) => axis);
    to.set(output, to.node("Slice", [whole, to.int64s(begin), to.int64s(end), to.int64s(axes)]));
  },
});
