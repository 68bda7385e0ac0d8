import { ints } from "@lookonce/onnx";
import type { Kernel, Kernels } from "../graph/kernel.ts";
import { sizeOf, type Value } from "../graph/value.ts";
import { activate } from "./activation.ts";
import {
  convolution,
  convolutionAttributes,
  type Describe,
  depthwise,
  formatLayout,
  outFirstFilter,
  perAxis,
} from "./convolution.ts";
import { broadcastable } from "./elementwise.ts";

/** Two-dimensional convolutions, of any stride, padding, dilation and number of groups; depthwise, each channel its own. */
export const conv2DKernels: Kernels<"Conv2D" | "DepthwiseConv2dNative" | "FusedConv2D" | "FusedDepthwiseConv2D"> = {
  Conv2D: forward(convolution),
  DepthwiseConv2dNative: forward(depthwise),
  FusedConv2D: forward(convolution),
  FusedDepthwiseConv2D: forward(depthwise),
};

/** A convolution; the fused kernels' also have a bias and an activation. */
function forward(describe: Describe): Kernel<"FusedConv2D"> {
  return {
    infer: ({ x, filter }, attrs) => ({ shape: describe(x.shape, filter.shape, attrs).outShape, dtype: "float32" }),
    lower(to, { inputs: { x, filter, bias, preluActivationWeights: slope }, attrs, output }) {
      const c = describe(x.shape, filter.shape, attrs);
      const layout = formatLayout(to, attrs);
      const image = layout.get(x);
      const isPerChannel = bias !== undefined && isVector(bias) && sizeOf(bias.shape) === c.outChannels;
      const ownBias = isPerChannel ? [to.half(to.reshape(to.get(bias), [c.outChannels]))] : [];
      const pads = ints([...perAxis(c, ({ before }) => before), ...perAxis(c, ({ after }) => after)]);
      const inputs = [to.half(image), outFirstFilter(to, c, filter), ...ownBias];
      let y = to.single(to.node("Conv", inputs, { ...convolutionAttributes(c), pads }));
      // A bias or slope that is a vector goes along the channels.
      const aligned = (value: Value): string => {
        if (layout !== to) return broadcastable(to, value);
        return value.shape.length === 1 ? to.reshape(to.get(value), [...value.shape, 1, 1]) : to.get(value);
      };
      if (bias !== undefined && !isPerChannel) y = to.node("Add", [y, aligned(bias)]);
      layout.set(output, activate(to, y, { ...attrs, slope: slope && aligned(slope) }));
    },
  };
}

/** Whether all but the last dimension are 1. */
function isVector({ shape }: Value): boolean {
  return sizeOf(shape) === (shape.at(-1) ?? 1);
}
