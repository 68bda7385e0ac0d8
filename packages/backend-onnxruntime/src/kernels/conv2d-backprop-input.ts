import { int, ints } from "@lookonce/onnx";
import type { Kernel, Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { dimOf, type Value } from "../graph/value.ts";
import { blockedFilter, canConvolveBlocks, convolve, range, turnedBlocks } from "./blocked-convolution.ts";
import {
  type Convolution,
  type ConvolutionAttrs,
  convolution,
  convolutionAttributes,
  type Describe,
  depthwise,
  formatLayout,
  groupedFilter,
  outFirstFilter,
  padsOf,
  perAxis,
  spanOf,
  transposedPads,
  unitStrideBack,
  type WindowAxis,
} from "./convolution.ts";

/** Gradients of convolutions with respect to their input. */
export const conv2DBackpropInputKernels: Kernels<"Conv2DBackpropInput" | "DepthwiseConv2dNativeBackpropInput"> = {
  Conv2DBackpropInput: inputGradient(convolution),
  DepthwiseConv2dNativeBackpropInput: inputGradient(depthwise),
};

function inputGradient(describe: Describe): Kernel<"Conv2DBackpropInput" | "DepthwiseConv2dNativeBackpropInput"> {
  return {
    infer: (_, { inputShape }) => ({ shape: inputShape, dtype: "float32" }),
    lower(to, { inputs: { dy, filter }, attrs, output }) {
      const layout = formatLayout(to, attrs);
      const c = describe(attrs.inputShape, filter.shape, attrs);
      const back = layout === to ? undefined : convolutionBack(c);
      if (back !== undefined && canConvolveBlocks(to, back)) {
        return to.setBlocked(output, convolve(to, back, { x: dy, filter: turnedFilterBlocks(to, c, back, filter) }));
      }
      const phases = layout === to ? undefined : phasesBack(to, c);
      if (phases !== undefined) return to.setBlocks(output, interleaved(to, c, phases, { dy, filter }));
      layout.set(output, convolveBack(to, c, layout.get(dy), filter));
    },
  };
}

/** A gradient with respect to the input at stride 1, of one group, in blocks, which a single call reads. */
function plainGradient(
  to: Lowering,
  value: Value,
): { c: Convolution; back: Convolution; dy: Value; filter: Value } | undefined {
  const { kernel, inputs, attrs } = value.producer ?? {};
  if (kernel !== "Conv2DBackpropInput" || !to.isReadOnce(value)) return undefined;
  const { dy, filter } = inputs as { dy: Value; filter: Value };
  const c = convolution(value.shape, filter.shape, attrs as ConvolutionAttrs);
  const back = formatLayout(to, attrs as ConvolutionAttrs) === to ? undefined : convolutionBack(c);
  return back !== undefined && c.groups === 1 && canConvolveBlocks(to, back) ? { c, back, dy, filter } : undefined;
}

/**
 * Writes the gradient `x` with respect to an input that was concatenated along its channels as one convolution for each part,
 * which saves cutting it. That of all parts is pruned.
 *
 * @returns whether it is one
 */
export function lowerGradientParts(to: Lowering, x: Value, parts: readonly Value[]): boolean {
  const gradient = parts.every((part) => to.canBlock(part)) ? plainGradient(to, x) : undefined;
  if (gradient === undefined) return false;
  const { c, back, dy, filter } = gradient;
  if (c.outChannels % (to.block ?? 1) !== 0) return false;
  let begin = 0;
  for (const part of parts) {
    const own = { ...back, outChannels: dimOf(part, 3) };
    to.setBlocked(part, convolve(to, own, { x: dy, filter: turnedFilterBlocks(to, c, own, filter, { begin }) }));
    begin += own.outChannels;
  }
  return true;
}

/**
 * Writes the sum of a gradient with respect to an input and of another map as one convolution, which adds while it writes. The
 * gradient by itself is pruned.
 *
 * @returns whether it is one
 */
export function lowerGradientSum(to: Lowering, output: Value, [a, b]: readonly [Value, Value]): boolean {
  const isSame = `${a.shape}` === `${b.shape}` && to.canBlock(output);
  const gradient = isSame && to.isBlocked(a) && to.isBlocked(b) ? plainGradient(to, b) : undefined;
  if (gradient === undefined) return false;
  const { c, back, dy, filter } = gradient;
  const turned = turnedFilterBlocks(to, c, back, filter);
  to.setBlocked(output, convolve(to, back, { x: dy, filter: turned, added: to.getBlocked(a) }));
  return true;
}

/** At stride 1: the convolution that turns `dy` into the gradient, with the filter turned; none where padding is too large. */
function convolutionBack(c: Convolution): Convolution | undefined {
  const back = unitStrideBack(c);
  return back && { ...back, inChannels: c.outChannels, outChannels: c.inChannels };
}

/** Every stride-th row or column of a gradient: a convolution at stride 1 of `dy` with some of the filter's taps. */
interface Phase {
  readonly axis: WindowAxis;
  /** The taps, last one first. */
  readonly taps: readonly number[];
}

/**
 * At strides above 1: the phases of rows and of columns, each pair of which is a convolution in blocks. Nothing where there
 * are no blocks, where a phase has no taps, or where the stride does not divide the input.
 */
function phasesBack(to: Lowering, c: Convolution): Record<"rows" | "columns", Phase[]> | undefined {
  if (c.groups > 1 || !canConvolveBlocks(to, { ...c, inChannels: c.outChannels, outChannels: c.inChannels })) return;
  const phases = ({ stride, filter, before, ...axis }: WindowAxis): Phase[] =>
    Array.from({ length: stride }, (_, phase) => {
      const first = (phase + before) % stride;
      const count = Math.max(0, Math.ceil((filter - first) / stride));
      const taps = Array.from({ length: count }, (_, i) => first + stride * (count - 1 - i));
      const lead = count - 1 - (phase + before - first) / stride;
      const output = axis.input / stride;
      const after = output - axis.output - lead + count - 1;
      const unit = { filter: count, stride: 1, dilation: 1, before: lead, after };
      return { taps, axis: { ...unit, input: axis.output, output } };
    });
  const [rows, columns] = [phases(c.rows), phases(c.columns)];
  const fits = ({ axis: { filter, before, after, output } }: Phase): boolean =>
    filter > 0 && before >= 0 && after >= 0 && Number.isInteger(output);
  const isPlain = c.rows.dilation === 1 && c.columns.dilation === 1;
  return isPlain && [...rows, ...columns].every(fits) ? { rows, columns } : undefined;
}

/** Writes a convolution for each pair of phases and returns the name of their results one beside the other, in blocks. */
function interleaved(
  to: Lowering,
  c: Convolution,
  { rows, columns }: Record<"rows" | "columns", Phase[]>,
  { dy, filter }: { dy: Value; filter: Value },
): string {
  const { block = 1 } = to;
  const blocks = c.inChannels / block;
  const [h, w] = [c.rows.input / rows.length, c.columns.input / columns.length];
  const lines = rows.map((row) => {
    const parts = columns.map((column) => {
      const phase = {
        ...c,
        inChannels: c.outChannels,
        outChannels: c.inChannels,
        rows: row.axis,
        columns: column.axis,
      };
      const order = row.taps.flatMap((i) => column.taps.map((j) => i * c.columns.filter + j));
      const turned = turnedFilterBlocks(to, c, phase, filter, { taps: order });
      return to.reshape(convolve(to, phase, { x: dy, filter: turned }), [c.batch, blocks, h, w, 1, block]);
    });
    const line = parts.length === 1 ? (parts[0] ?? "") : to.node("Concat", parts, { axis: int(4) });
    return to.reshape(line, [c.batch, blocks, h, 1, c.columns.input * block]);
  });
  const all = lines.length === 1 ? (lines[0] ?? "") : to.node("Concat", lines, { axis: int(3) });
  return to.reshape(all, [c.batch, blocks, c.rows.input, c.columns.input, block]);
}

/** Which of a filter's taps, in which order (default: turned by 180°), and from which of its input's channels on. */
interface Turn {
  readonly taps?: readonly number[];
  readonly begin?: number;
}

/**
 * The filter with its channels swapped, as the convolution `back` on blocks reads it: [channels, out, h, w], of those
 * channels of the input that this has.
 */
function turnedFilterBlocks(to: Lowering, c: Convolution, back: Convolution, filter: Value, turn: Turn = {}): string {
  const { block = 1 } = to;
  const { taps = range(c.rows.filter * c.columns.filter).toReversed(), begin = 0 } = turn;
  const [h, w] = perAxis(back, (axis) => axis.filter);
  const isWhole = c.groups === 1 && c.outChannels % block === 0;
  if (!isWhole) return blockedFilter(to, back, turnedGroupedFilter(to, c, filter, taps));
  const blocks = range((begin + back.outChannels) / block, begin / block);
  return to.reshape(turnedBlocks(to, c, filter, { taps, blocks }), [back.outChannels, c.outChannels, h, w]);
}

/** Some of the filter's taps, with its channels swapped: [taps, 1, out/groups, in]. */
function turnedGroupedFilter(to: Lowering, c: Convolution, filter: Value, order: readonly number[]): string {
  const { groups } = c;
  const count = c.rows.filter * c.columns.filter;
  const shape = [c.inChannels / groups, groups, c.outChannels / groups];
  const taps = to.reshape(to.get(filter), [count, ...shape]);
  const turned = count === 1 ? taps : to.node("Gather", [taps, to.constant("int32", Int32Array.from(order))]);
  const swapped =
    groups === 1
      ? to.transpose(to.reshape(turned, [order.length, c.inChannels, c.outChannels]), [0, 2, 1])
      : to.transpose(turned, [0, 3, 2, 1]);
  return to.reshape(swapped, [order.length, 1, c.outChannels / groups, c.inChannels]);
}

/**
 * Writes the gradient with respect to the input, channels first.
 *
 * At stride 1 it is a convolution of `dy` with the filter turned by 180° and its channels swapped, which runs at the
 * forward's speed; at other strides a transposed convolution.
 */
function convolveBack(to: Lowering, c: Convolution, dy: string, filter: Value): string {
  const back = convolutionBack(c);
  if (back !== undefined) {
    const inputs = [to.half(dy), turnedFilter(to, c, filter)];
    return to.single(to.node("Conv", inputs, { ...convolutionAttributes(c), pads: padsOf(back) }));
  }
  if (to.target === "webgpu" && c.groups > 1) return convolveBackSpread(to, c, dy, filter);
  const attributes = { ...convolutionAttributes(c), ...transposedPads(c) };
  return to.single(to.node("ConvTranspose", [to.half(dy), outFirstFilter(to, c, filter)], attributes));
}

/**
 * The gradient with respect to the input where the transposed convolution of groups is wrong, as in the WebGPU provider of
 * ONNX Runtime 1.30: zeros are added between the elements of `dy`, and the rest is as at stride 1.
 */
function convolveBackSpread(to: Lowering, c: Convolution, dy: string, filter: Value): string {
  const { batch, outChannels, rows, columns } = c;
  const apart = to.reshape(dy, [batch, outChannels, rows.output, 1, columns.output, 1]);
  const gaps = [0, 0, 0, 0, 0, 0, 0, 0, 0, rows.stride - 1, 0, columns.stride - 1];
  const wide = to.node("Pad", [apart, to.int64s(gaps), to.scalar(0)]);
  const spread = to.reshape(wide, [batch, outChannels, ...perAxis(c, (axis) => axis.output * axis.stride)]);
  const before = perAxis(c, (axis) => spanOf(axis) - axis.before);
  const after = perAxis(c, (axis) => axis.input + axis.before - axis.output * axis.stride);
  // Negative amounts cut, and `Conv` accepts none.
  const fitted = to.node("Pad", [spread, to.int64s([0, 0, ...before, 0, 0, ...after]), to.scalar(0)]);
  const unit = { ...convolutionAttributes(c), strides: ints([1, 1]), pads: ints([0, 0, 0, 0]) };
  return to.single(to.node("Conv", [to.half(fitted), turnedFilter(to, c, filter)], unit));
}

/** The filter turned by 180° with its channels swapped: [in, out/groups, h, w]. */
function turnedFilter(to: Lowering, c: Convolution, filter: Value): string {
  return to.derive(filter, "turned", () => {
    const { groups } = c;
    const [h, w] = perAxis(c, (axis) => axis.filter);
    const inGroup = c.inChannels / groups;
    const outGroup = c.outChannels / groups;
    let name = to.half(groupedFilter(to, c, filter));
    if (groups === 1) {
      name = to.transpose(name, [2, 3, 0, 1]);
    } else {
      name = to.reshape(name, [h, w, inGroup, groups, outGroup]);
      name = to.reshape(to.transpose(name, [3, 2, 4, 0, 1]), [c.inChannels, outGroup, h, w]);
    }
    if (h * w === 1) return name;
    const backwards = to.int64s([-1, -1]);
    return to.node("Slice", [name, backwards, to.int64s([-h - 1, -w - 1]), to.int64s([2, 3]), backwards]);
  });
}
