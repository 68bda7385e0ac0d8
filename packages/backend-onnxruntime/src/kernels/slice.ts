import { int } from "@lookonce/onnx";
import { backend_util, type StridedSliceAttrs, slice_util, util } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { axisOf, dimOf, operandsOf, sizeOf, type Value } from "../graph/value.ts";
import { axisOfParts } from "./channel-parts.ts";
import { lowerGradientParts } from "./conv2d-backprop-input.ts";

export const sliceKernels: Kernels<"FlipLeftRight" | "Reverse" | "Slice" | "SplitV" | "StridedSlice" | "Unpack"> = {
  /** Images mirrored left to right. */
  FlipLeftRight: {
    infer: ({ image }) => image,
    lower: (to, { inputs: { image }, output }) => to.set(output, reversed(to, image, [2])),
  },
  Reverse: {
    infer({ x }, { dims }) {
      util.parseAxisParam(dims, x.shape);
      return x;
    },
    lower: (to, { inputs: { x }, attrs, output }) =>
      to.set(output, reversed(to, x, util.parseAxisParam(attrs.dims, x.shape))),
  },
  Slice: {
    infer({ x }, attrs) {
      const [begin = [], shape = []] = slice_util.parseSliceParams(x, attrs.begin, attrs.size);
      slice_util.assertParamsValid(x, begin, shape);
      return { shape, dtype: x.dtype };
    },
    lower(to, { inputs: { x }, attrs, output }) {
      const begin = Array.isArray(attrs.begin) ? attrs.begin : [attrs.begin];
      part(to, x, output, begin);
    },
  },
  SplitV: {
    infer({ x }, { numOrSizeSplits, axis }) {
      const at = axisOf(axis, x.shape);
      const sizes = backend_util.prepareSplitSize(x, numOrSizeSplits, at);
      return sizes.map((size) => ({ shape: x.shape.map((dim, i) => (i === at ? size : dim)), dtype: x.dtype }));
    },
    lower(to, { inputs: { x }, attrs, outputs }) {
      const at = axisOf(attrs.axis, x.shape);
      // Older sets of operators, for which graphs can be exported, have another `Split`, and shaders write to few tensors.
      if (to.target === "onnxruntime" && x.shape.length === 1 && to.uniform(x) === undefined) {
        const sizes = outputs.map(({ shape }) => sizeOf(shape));
        const parts = to.split(to.get(x), sizes, 0);
        for (const [i, output] of outputs.entries()) to.set(output, parts[i] ?? "");
        return;
      }
      if (joinedAlready(to, x, outputs, at) || (at === 3 && lowerGradientParts(to, x, outputs))) return;
      let begin = 0;
      for (const output of outputs) {
        part(
          to,
          x,
          output,
          x.shape.map((_, axis) => (axis === at ? begin : 0)),
        );
        begin += dimOf(output, at);
      }
    },
  },
  StridedSlice: {
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
    infer({ value }, attrs) {
      const axis = axisOf(attrs.axis, value.shape);
      const shape = value.shape.toSpliced(axis, 1);
      return Array.from({ length: dimOf(value, axis) }, () => ({ shape, dtype: value.dtype }));
    },
    lower(to, { inputs: { value }, attrs, outputs }) {
      const at = axisOf(attrs.axis, value.shape);
      const last = value.shape.length - 1;
      if (to.target === "onnxruntime" && at === last && last > 0) {
        // Gathering elements one by one is ten times as slow.
        const rows = to.transpose(to.get(value), [last, ...value.shape.slice(1).keys()]);
        const sizes = outputs.map(() => 1);
        const parts = to.split(rows, sizes, 0);
        for (const [i, output] of outputs.entries()) to.set(output, to.reshape(parts[i] ?? "", output.shape));
        return;
      }
      const axis = int(at);
      for (const [i, output] of outputs.entries()) {
        const index = to.constant("int64", BigInt64Array.of(BigInt(i)), []);
        to.set(output, to.node("Gather", [to.get(value), index], { axis }));
      }
    },
  },
};

/** Whether the parts are those that were concatenated to what is split; then they are the same values. */
function joinedAlready(to: Lowering, { producer, shape }: Value, parts: readonly Value[], axis: number): boolean {
  if (to.block === undefined || producer?.kernel !== "Concat" || axisOfParts(producer, shape) !== axis) return false;
  const values = operandsOf(producer);
  const isSame =
    values.length === parts.length && values.every((value, i) => `${value.shape}` === `${parts[i]?.shape}`);
  if (isSame) for (const [i, part] of parts.entries()) to.setAlias(part, values[i] ?? part);
  return isSame;
}

/** Writes a tensor with the order along the axes reversed. */
function reversed(to: Lowering, x: Value, axes: readonly number[]): string {
  const name = to.get(x);
  if (x.shape.length === 0 || axes.length === 0) return name;
  const backwards = to.int64s(axes.map(() => -1));
  const ends = to.int64s(axes.map((axis) => -dimOf(x, axis) - 1));
  return to.node("Slice", [name, backwards, ends, to.int64s(axes), backwards]);
}

/** Writes the part of `x` from `begin` on, of the output's shape, in the layout that `x` already has. */
function part(to: Lowering, x: Value, output: Value, begin: readonly number[]): void {
  const scalar = to.uniform(x);
  if (scalar !== undefined) {
    to.setUniform(output, scalar);
    return;
  }
  // Whole blocks of channels, and images.
  const isWhole =
    [1, 2].every((axis) => x.shape[axis] === output.shape[axis]) && (begin[3] ?? 0) % (to.block ?? 1) === 0;
  const layout = isWhole && to.canBlock(output) ? to.blockedLayoutOf(x) : to.layoutOf(x);
  const cuts = x.shape
    .map((dim, axis) => ({ dim, size: dimOf(output, axis), start: begin[axis] ?? 0, place: layout.axis(axis) }))
    .filter(({ dim, size }) => dim !== size)
    .sort((a, b) => a.place - b.place);
  let name = layout.get(x);
  if (cuts.length > 0) {
    const [starts, ends] = [cuts.map(({ start }) => start), cuts.map(({ start, size }) => start + size)];
    const axes = cuts.map(({ place }) => place);
    name = to.node("Slice", [name, to.int64s(starts), to.int64s(ends), to.int64s(axes)]);
  }
  layout.set(output, name);
}

function describe(shape: number[], attrs: StridedSliceAttrs): ReturnType<typeof slice_util.sliceInfo> {
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs;
  const masks = [beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const;
  return slice_util.sliceInfo(shape, begin, end, strides, ...masks);
}
