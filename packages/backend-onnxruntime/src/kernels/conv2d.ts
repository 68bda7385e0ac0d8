import type { Kernel, Kernels } from "../graph/kernel.ts";
import { shape4, sizeOf, type Value } from "../graph/value.ts";
import { activate } from "./activation.ts";
import { canConvolveBlocks, convolveBlocks } from "./blocked-convolution.ts";
import {
  convolution,
  convolutionAttributes,
  type Describe,
  depthwise,
  formatLayout,
  groupedFilter,
  outFirstFilter,
  padsOf,
} from "./convolution.ts";
import { blockable, broadcastable, vectorOf } from "./elementwise.ts";

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
      const isPerChannel = bias !== undefined && isVector(bias) && sizeOf(bias.shape) === c.outChannels;
      const ownBias = isPerChannel ? [to.half(vectorOf(to, bias))] : [];
      if (layout !== to && canConvolveBlocks(to, c)) {
        const name = convolveBlocks(to, c, { x, filter: groupedFilter(to, c, filter), bias: ownBias[0] });
        const plain = !(bias === undefined || isPerChannel);
        if (!plain && (attrs.activation ?? "linear") === "linear") return to.setBlocked(output, name);
        const [n, h, w, channels] = shape4(output);
        const { block = channels } = to;
        let y = to.reshape(name, [n, channels / block, h, w, block]);
        if (plain) y = to.node("Add", [y, blockable(to, bias)]);
        return to.setBlocks(output, activate(to, y, { ...attrs, slope: slope && blockable(to, slope) }));
      }
      const image = layout.get(x);
      const inputs = [to.half(image), outFirstFilter(to, c, filter), ...ownBias];
      let y = to.single(to.node("Conv", inputs, { ...convolutionAttributes(c), pads: padsOf(c) }));
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
