import { int, ints } from "@lookonce/onnx";
import type { Kernel, Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { Value } from "../graph/value.ts";
import { canConvolveBlocks, convolveBlocks } from "./blocked-convolution.ts";
import {
  type Convolution,
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
      const back = layout === to ? undefined : unitStrideBack(c);
      if (back !== undefined && canConvolveBlocks(to, back)) {
        const turned = turnedGroupedFilter(to, c, filter);
        return to.setBlocked(output, convolveBlocks(to, back, { x: dy, filter: turned }));
      }
      const phases = layout === to ? undefined : phasesBack(to, c);
      if (phases !== undefined) return to.setBlocks(output, interleaved(to, c, phases, { dy, filter }));
      layout.set(output, convolveBack(to, c, layout.get(dy), filter));
    },
  };
}

/** At stride 1: the convolution that turns `dy` into the gradient, with the filter turned; none where padding is too large. */
function unitStrideBack(c: Convolution): Convolution | undefined {
  const back = (axis: WindowAxis): WindowAxis => ({
    ...axis,
    input: axis.output,
    output: axis.input,
    before: spanOf(axis) - axis.before,
    after: axis.input - axis.output + axis.before,
  });
  const [rows, columns] = [back(c.rows), back(c.columns)];
  const axes = [rows, columns];
  if (axes.some(({ stride, before, after }) => stride !== 1 || before < 0 || after < 0)) return undefined;
  return { ...c, rows, columns, inChannels: c.outChannels, outChannels: c.inChannels };
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
      const taps = turnedGroupedFilter(to, { ...c, rows: row.axis, columns: column.axis }, filter, order);
      return to.reshape(convolveBlocks(to, phase, { x: dy, filter: taps }), [c.batch, blocks, h, w, 1, block]);
    });
    const line = parts.length === 1 ? (parts[0] ?? "") : to.node("Concat", parts, { axis: int(4) });
    return to.reshape(line, [c.batch, blocks, h, 1, c.columns.input * block]);
  });
  const all = lines.length === 1 ? (lines[0] ?? "") : to.node("Concat", lines, { axis: int(3) });
  return to.reshape(all, [c.batch, blocks, c.rows.input, c.columns.input, block]);
}

/** The filter's taps, by default turned by 180°, with its channels swapped: [h, w, out/groups, in]. */
function turnedGroupedFilter(
  to: Lowering,
  c: Convolution,
  filter: Value,
  order: readonly number[] = backwards(c.rows.filter * c.columns.filter),
): string {
  const { groups } = c;
  const [h, w] = perAxis(c, (axis) => axis.filter);
  const [height = 1, width = 1] = filter.shape;
  const shape = [c.inChannels / groups, groups, c.outChannels / groups];
  const taps = to.reshape(to.get(filter), [height * width, ...shape]);
  const turned = height * width === 1 ? taps : to.node("Gather", [taps, to.constant("int32", Int32Array.from(order))]);
  const swapped =
    groups === 1
      ? to.transpose(to.reshape(turned, [h * w, c.inChannels, c.outChannels]), [0, 2, 1])
      : to.transpose(turned, [0, 3, 2, 1]);
  return to.reshape(swapped, [h, w, c.outChannels / groups, c.inChannels]);
}

function backwards(count: number): number[] {
  return Array.from({ length: count }, (_, i) => count - 1 - i);
}

/**
 * Writes the gradient with respect to the input, channels first.
 *
 * At stride 1 it is a convolution of `dy` with the filter turned by 180° and its channels swapped, which runs at the
 * forward's speed; at other strides a transposed convolution.
 */
function convolveBack(to: Lowering, c: Convolution, dy: string, filter: Value): string {
  const back = unitStrideBack(c);
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
