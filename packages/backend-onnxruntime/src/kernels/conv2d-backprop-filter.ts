import { int } from "@lookonce/onnx";
import type { Kernel, Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { dimOf, type Value } from "../graph/value.ts";
import { blockedFilterGradient } from "./blocked-filter-gradient.ts";
import { inputParts } from "./channel-parts.ts";
import {
  type Convolution,
  convolution,
  type Describe,
  depthwise,
  formatLayout,
  perAxis,
  type WindowAxis,
} from "./convolution.ts";

/** Gradients of convolutions with respect to their filter. */
export const conv2DBackpropFilterKernels: Kernels<"Conv2DBackpropFilter" | "DepthwiseConv2dNativeBackpropFilter"> = {
  Conv2DBackpropFilter: filterGradient(convolution),
  DepthwiseConv2dNativeBackpropFilter: filterGradient(depthwise),
};

function filterGradient(describe: Describe): Kernel<"Conv2DBackpropFilter" | "DepthwiseConv2dNativeBackpropFilter"> {
  return {
    infer: (_, { filterShape }) => ({ shape: filterShape, dtype: "float32" }),
    lower(to, { inputs: { x, dy }, attrs, output }) {
      const { filterShape } = attrs;
      const layout = formatLayout(to, attrs);
      const c = describe(x.shape, filterShape, attrs);
      const blocked =
        layout === to ? undefined : (ofParts(to, c, { x, dy }) ?? blockedFilterGradient(to, c, { x, dy }));
      const gradient = blocked ?? correlate(to, c, { x: layout.get(x), dy: layout.get(dy) });
      // It comes as [h, w, in / groups, out], which a depthwise filter is a reshape away from.
      const isShaped = filterShape[2] === c.inChannels / c.groups;
      to.set(output, isShaped ? gradient : to.reshape(gradient, filterShape));
    },
  };
}

/** The gradient in blocks for each of the values that the input is a concatenation of, where the convolution was of these. */
function ofParts(to: Lowering, c: Convolution, { x, dy }: { x: Value; dy: Value }): string | undefined {
  const gradients = inputParts(to, c, x)?.map((part) => {
    return blockedFilterGradient(to, { ...c, inChannels: dimOf(part, 3) }, { x: part, dy });
  });
  const isWhole = gradients?.every((gradient) => gradient !== undefined) ?? false;
  return isWhole ? to.node("Concat", gradients as string[], { axis: int(2) }) : undefined;
}

/**
 * Writes the gradient with respect to the filter, [h, w, in/groups, out].
 *
 * For each tap of the filter: the matmul, over all output positions, of the input that the tap meets with `dy`. In half
 * precision these are matmuls of one image each, and their sum is in single.
 */
export function correlate(to: Lowering, c: Convolution, { x, dy }: { x: string; dy: string }): string {
  const { batch, groups, inChannels, outChannels } = c;
  const [h, w] = perAxis(c, ({ filter }) => filter);
  const positions = c.rows.output * c.columns.output;
  const inGroup = inChannels / groups;
  const outGroup = outChannels / groups;
  const lead = groups === 1 ? [batch] : [batch, groups];
  const dyRows = to.reshape(to.half(dy), [...lead, outGroup, positions]);
  const padded = pad(to, c, to.half(x));
  const taps: string[] = [];
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      const rows = to.reshape(tap(to, c, padded, [i, j]), [...lead, inGroup, positions]);
      const perImage = to.single(transposedMatMul(to, rows, dyRows, lead.length));
      taps.push(to.node("ReduceSum", [perImage, to.int64s([0])], { keepdims: int(0) }));
    }
  }
  // Each tap is [groups, in/groups, out/groups], or without the first axis for one group.
  const [first = ""] = taps;
  if (groups === 1) {
    return to.reshape(taps.length === 1 ? first : to.node("Concat", taps, { axis: int(0) }), [h, w, inGroup, outGroup]);
  }
  const all = to.reshape(to.node("Concat", taps, { axis: int(0) }), [h, w, groups, inGroup, outGroup]);
  return to.reshape(to.transpose(all, [0, 1, 3, 2, 4]), [h, w, inGroup, outChannels]);
}

function transposedMatMul(to: Lowering, a: string, b: string, lead: number): string {
  if (to.target === "onnxruntime") return to.microsoft("FusedMatMul", [a, b], { transB: int(1) });
  const perm = [...Array.from({ length: lead }, (_, i) => i), lead + 1, lead];
  return to.node("MatMul", [a, to.transpose(b, perm)]);
}

/** Whether the input is sorted by the remainders of its rows and columns before its taps are cut out. */
function isSorted({ rows, columns }: Convolution): boolean {
  return rows.stride * columns.stride > 1 && rows.filter * columns.filter > 1;
}

/** Rows and columns of the padded input; of a sorted one, a multiple of the strides. */
function paddedSize(c: Convolution): [number, number] {
  return perAxis(c, ({ before, input, after, stride }) => {
    const size = before + input + after;
    return isSorted(c) ? Math.ceil(size / stride) * stride : size;
  });
}

/**
 * The input with its rows and columns of zeros.
 *
 * At a stride above 1 a tap meets every stride-th element, and cutting these out one by one is slow: the input is
 * sorted once, to [stride, stride, batch, channels, rows, columns], and each tap then meets contiguous runs of it.
 */
function pad(to: Lowering, c: Convolution, x: string): string {
  const { rows, columns } = c;
  const [height, width] = paddedSize(c);
  const end = [height - rows.before - rows.input, width - columns.before - columns.input];
  const pads = [0, 0, rows.before, columns.before, 0, 0, ...end];
  const padded = pads.some((amount) => amount !== 0) ? to.node("Pad", [x, to.int64s(pads)]) : x;
  if (!isSorted(c)) return padded;
  const [sh, sw] = [rows.stride, columns.stride];
  const split = to.reshape(padded, [c.batch, c.inChannels, height / sh, sh, width / sw, sw]);
  return to.transpose(split, [3, 5, 0, 1, 2, 4]);
}

/** What the filter's tap (i, j) meets at each output position. */
function tap(to: Lowering, c: Convolution, padded: string, [i, j]: readonly [number, number]): string {
  const along = (value: (axis: WindowAxis, start: number) => number): [number, number] => [
    value(c.rows, i * c.rows.dilation),
    value(c.columns, j * c.columns.dilation),
  ];
  if (isSorted(c)) {
    const part = along(({ stride }, start) => start % stride);
    const first = along(({ stride }, start) => Math.floor(start / stride));
    const last = along(({ stride, output }, start) => Math.floor(start / stride) + output);
    const ends = [...part.map((p) => p + 1), ...last];
    return to.node("Slice", [padded, to.int64s([...part, ...first]), to.int64s(ends), to.int64s([0, 1, 4, 5])]);
  }
  const starts = along((_, start) => start);
  const ends = along(({ output, stride }, start) => start + (output - 1) * stride + 1);
  const strides = perAxis(c, ({ stride }) => stride);
  const isWhole =
    [...starts, ...strides.map((stride) => stride - 1)].every((value) => value === 0) &&
    ends.join() === paddedSize(c).join();
  if (isWhole) return padded;
  return to.node("Slice", [padded, to.int64s(starts), to.int64s(ends), to.int64s([2, 3]), to.int64s(strides)]);
}
