import { ints } from "@lookonce/onnx";
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

/** The filter turned by 180° with its channels swapped: [h, w, out/groups, in]. */
function turnedGroupedFilter(to: Lowering, c: Convolution, filter: Value): string {
  const { groups } = c;
  const [h, w] = perAxis(c, (axis) => axis.filter);
  const shape = [h, w, c.inChannels / groups, groups, c.outChannels / groups];
  const taps = to.reshape(groupedFilter(to, c, filter), [h * w, ...shape.slice(2)]);
  const order = Int32Array.from({ length: h * w }, (_, i) => h * w - 1 - i);
  const turned = h * w === 1 ? taps : to.node("Gather", [taps, to.constant("int32", order)]);
  const swapped =
    groups === 1
      ? to.transpose(to.reshape(turned, [h * w, c.inChannels, c.outChannels]), [0, 2, 1])
      : to.transpose(turned, [0, 3, 2, 1]);
  return to.reshape(swapped, [h, w, c.outChannels / groups, c.inChannels]);
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
