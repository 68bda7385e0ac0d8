import { type StridedSliceAttrs, slice_util, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const stridedSlice: Kernel = kernel<StridedSliceAttrs>({
  inputs: ["x"],
  infer: ([x], attrs) => ({ shape: describe(x!.shape, attrs).finalShape, dtype: x!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const x = inputs[0]!;
    const { begin, end, strides } = describe(x.shape, attrs);
    const axes = x.shape.map((_, axis) => axis);
    const name = to.node("Slice", [
      to.get(x),
      to.int64s(begin),
      // Past the start, going backwards, is a number below −size for ONNX.
      to.int64s(end.map((stop, axis) => (stop < 0 ? -x.shape[axis]! - 1 : stop))),
      to.int64s(axes),
      to.int64s(strides),
    ]);
    // Axes of one index are still there, and new ones are not yet.
    const sliced = slice_util.computeOutShape([...begin], [...end], [...strides]) as number[];
    to.set(output, util.arraysEqual(sliced, output.shape as number[]) ? name : to.reshape(name, output.shape));
  },
});

function describe(shape: readonly number[], attrs: StridedSliceAttrs): ReturnType<typeof slice_util.sliceInfo> {
  return slice_util.sliceInfo(
    shape as number[],
    attrs.begin,
    attrs.end,
    attrs.strides,
    attrs.beginMask,
    attrs.endMask,
    attrs.ellipsisMask,
    attrs.newAxisMask,
    attrs.shrinkAxisMask,
  );
}
