import { ints } from "@lookonce/onnx";
import type { Kernel, Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { Value } from "../graph/value.ts";
import {
  type Convolution,
  convolution,
  convolutionAttributes,
  type Describe,
  depthwise,
  formatLayout,
  groupedFilter,
  outFirstFilter,
  perAxis,
  spanOf,
  transposedPads,
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
      layout.set(output, convolveBack(to, c, layout.get(dy), filter));
    },
  };
}

/**
 * Writes the gradient with respect to the input, channels first.
 *
 * At stride 1 it is a convolution of `dy` with the filter turned by 180° and its channels swapped, which runs at the
 * forward's speed; at other strides a transposed convolution.
 */
function convolveBack(to: Lowering, c: Convolution, dy: string, filter: Value): string {
  const before = perAxis(c, (axis) => spanOf(axis) - axis.before);
  const after = perAxis(c, (axis) => axis.input - axis.output + axis.before);
  const isUnitStride = c.rows.stride === 1 && c.columns.stride === 1;
  if (isUnitStride && [...before, ...after].every((pad) => pad >= 0)) {
    const inputs = [to.half(dy), turnedFilter(to, c, filter)];
    return to.single(to.node("Conv", inputs, { ...convolutionAttributes(c), pads: ints([...before, ...after]) }));
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
