import { int } from "@lookonce/onnx";
import { backend_util, type StridedSliceAttrs, slice_util, util } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import { channelsFirst, type Lowering } from "../graph/lowering.ts";
import { axisOf, dimOf, type Value } from "../graph/value.ts";

export const sliceKernels: Kernels<"FlipLeftRight" | "Reverse" | "Slice" | "SplitV" | "StridedSlice" | "Unpack"> = {
  /** Images mirrored left to right. */
  FlipLeftRight: {
    inputs: ["image"],
    infer: ({ image }) => ({ shape: image.shape, dtype: image.dtype }),
    lower: (to, { inputs: { image }, output }) => to.set(output, reversed(to, image, [2])),
  },
  Reverse: {
    inputs: ["x"],
    infer({ x }, { dims }) {
      util.parseAxisParam(dims, x.shape);
      return { shape: x.shape, dtype: x.dtype };
    },
    lower: (to, { inputs: { x }, attrs, output }) =>
      to.set(output, reversed(to, x, util.parseAxisParam(attrs.dims, x.shape))),
  },
  Slice: {
    inputs: ["x"],
    infer({ x }, attrs) {
      const [begin = [], shape = []] = slice_util.parseSliceParams(x, attrs.begin, attrs.size);
      slice_util.assertParamsValid(x, begin, shape);
      return { shape, dtype: x.dtype };
    },
    lower(to, { inputs: { x }, attrs, output }) {
      const begin = Array.isArray(attrs.begin) ? attrs.begin : [attrs.begin];
      part(to, x, { start: (axis) => begin[axis] ?? 0, output });
    },
  },
  SplitV: {
    inputs: ["x"],
    infer({ x }, { numOrSizeSplits, axis }) {
      const at = axisOf(axis, x.shape);
      const sizes = backend_util.prepareSplitSize(x, numOrSizeSplits, at);
      return sizes.map((size) => ({ shape: x.shape.map((dim, i) => (i === at ? size : dim)), dtype: x.dtype }));
    },
    lower(to, { inputs: { x }, attrs, outputs }) {
      const at = axisOf(attrs.axis, x.shape);
      let begin = 0;
      for (const output of outputs) {
        const from = begin;
        part(to, x, { start: (axis) => (axis === at ? from : 0), output });
        begin += dimOf(output, at);
      }
    },
  },
  StridedSlice: {
    inputs: ["x"],
    infer: ({ x }, attrs) => ({ shape: describe(x.shape, attrs).finalShape, dtype: x.dtype }),
    lower(to, { inputs: { x }, attrs, output }) {
      const { begin, end, strides } = describe(x.shape, attrs);
      const name = to.node("Slice", [
        to.get(x),
        to.int64s(begin),
        // Before the start, going backwards, is a number below −size for ONNX.
        to.int64s(end.map((stop, axis) => (stop < 0 ? -dimOf(x, axis) - 1 : stop))),
        to.int64s(x.shape.map((_, axis) => axis)),
        to.int64s(strides),
      ]);
      // Axes of one index are still there, and new ones are not yet.
      const sliced = slice_util.computeOutShape([...begin], [...end], [...strides]);
      to.set(output, util.arraysEqual(sliced, output.shape) ? name : to.reshape(name, output.shape));
    },
  },
  Unpack: {
    inputs: ["value"],
    infer({ value }, attrs) {
      const axis = axisOf(attrs.axis, value.shape);
      const shape = value.shape.filter((_, i) => i !== axis);
      return Array.from({ length: dimOf(value, axis) }, () => ({ shape, dtype: value.dtype }));
    },
    lower(to, { inputs: { value }, attrs, outputs }) {
      const axis = int(axisOf(attrs.axis, value.shape));
      for (const [i, output] of outputs.entries()) {
        const index = to.constant("int64", BigInt64Array.of(BigInt(i)), []);
        to.set(output, to.node("Gather", [to.get(value), index], { axis }));
      }
    },
  },
};

/** Writes a tensor with the order along the axes reversed. */
function reversed(to: Lowering, x: Value, axes: readonly number[]): string {
  const name = to.get(x);
  if (x.shape.length === 0 || axes.length === 0) return name;
  const backwards = to.int64s(axes.map(() => -1));
  const ends = to.int64s(axes.map((axis) => -dimOf(x, axis) - 1));
  return to.node("Slice", [name, backwards, ends, to.int64s(axes), backwards]);
}

/** Writes the part of `x` from `start` on, of the output's shape, in the layout that `x` already has. */
function part(to: Lowering, x: Value, { start, output }: { start: (axis: number) => number; output: Value }): void {
  const scalar = to.uniform(x);
  if (scalar !== undefined) {
    to.setUniform(output, scalar);
    return;
  }
  const isChannelsFirst = x.shape.length === 4 && to.isChannelsFirst(x);
  const axes = (isChannelsFirst ? [0, 3, 1, 2] : x.shape.map((_, axis) => axis)).filter(
    (axis) => output.shape[axis] !== x.shape[axis],
  );
  let name = isChannelsFirst ? to.getChannelsFirst(x) : to.get(x);
  if (axes.length > 0) {
    const ends = axes.map((axis) => start(axis) + dimOf(output, axis));
    const places = isChannelsFirst ? axes.map(channelsFirst) : axes;
    name = to.node("Slice", [name, to.int64s(axes.map(start)), to.int64s(ends), to.int64s(places)]);
  }
  if (isChannelsFirst) to.setChannelsFirst(output, name);
  else to.set(output, name);
}

function describe(shape: number[], attrs: StridedSliceAttrs): ReturnType<typeof slice_util.sliceInfo> {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const;
  return slice_util.sliceInfo(shape, begin, end, strides, ...masks);
}
