import { ints } from "@lookonce/onnx";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Kernel, Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import type { Signature } from "../graph/signature.ts";
import { sizeOf, type Value } from "../graph/value.ts";
import { activate } from "./activation.ts";
import {
  type Convolution,
  type ConvolutionAttrs,
  channelsFirstName,
  channelsLast,
  convolution,
  convolutionAttributes,
  type DataFormat,
  type Describe,
  depthwise,
  outFirstFilter,
  perAxis,
  setFromChannelsFirst,
  shapeIn,
} from "./convolution.ts";
import { broadcastable } from "./elementwise.ts";

/** Two-dimensional convolutions, of any stride, padding, dilation and number of groups; depthwise, each channel its own. */
export const conv2DKernels: Kernels<"Conv2D" | "DepthwiseConv2dNative" | "FusedConv2D" | "FusedDepthwiseConv2D"> = {
  Conv2D: forward(convolution),
  DepthwiseConv2dNative: forward(depthwise),
  FusedConv2D: fused(convolution),
  FusedDepthwiseConv2D: fused(depthwise),
};

function forward(describe: Describe): Kernel<"Conv2D"> {
  return {
    inputs: ["x", "filter"],
    infer: (inputs, attrs) => inferOutput(describe, inputs, attrs),
    lower(to, { inputs: { x, filter }, attrs, output }) {
      const c = describe(channelsLast(x, attrs.dataFormat), filter, attrs);
      const y = convolve(to, c, { x: channelsFirstName(to, x, attrs.dataFormat), filter });
      setFromChannelsFirst(to, output, y, attrs.dataFormat);
    },
  };
}

/** A convolution with bias and activation. */
function fused(describe: Describe): Kernel<"FusedConv2D"> {
  return {
    inputs: ["x", "filter", "bias", "preluActivationWeights"],
    infer: (inputs, attrs) => inferOutput(describe, inputs, attrs),
    lower(to, { inputs: { x, filter, bias, preluActivationWeights: slope }, attrs, output }) {
      const { dataFormat } = attrs;
      const c = describe(channelsLast(x, dataFormat), filter, attrs);
      const names = { x: channelsFirstName(to, x, dataFormat), filter };
      const isPerChannel = bias !== undefined && isVector(bias) && sizeOf(bias.shape) === c.outChannels;
      let y = convolve(to, c, isPerChannel ? { ...names, bias: to.reshape(to.get(bias), [c.outChannels]) } : names);
      if (bias !== undefined && !isPerChannel) y = to.node("Add", [y, aligned(to, bias, dataFormat)]);
      y = activate(to, y, slope === undefined ? attrs : { ...attrs, slope: aligned(to, slope, dataFormat) });
      setFromChannelsFirst(to, output, y, dataFormat);
    },
  };
}

function inferOutput(
  describe: Describe,
  { x, filter }: Record<"x" | "filter", TensorInfo>,
  attrs: ConvolutionAttrs,
): Signature {
  const c = describe(channelsLast(x, attrs.dataFormat), filter, attrs);
  const [h, w] = perAxis(c, ({ output }) => output);
  return { shape: shapeIn([c.batch, h, w, c.outChannels], attrs.dataFormat), dtype: "float32" };
}

/** Writes the convolution of a channels-first input. */
function convolve(to: Lowering, c: Convolution, names: { x: string; filter: Value; bias?: string }): string {
  const bias = names.bias === undefined ? [] : [to.half(names.bias)];
  const inputs = [to.half(names.x), outFirstFilter(to, c, names.filter), ...bias];
  const pads = [...perAxis(c, ({ before }) => before), ...perAxis(c, ({ after }) => after)];
  return to.single(to.node("Conv", inputs, { ...convolutionAttributes(c), pads: ints(pads) }));
}

/** Whether all but the last dimension are 1. */
function isVector({ shape }: Value): boolean {
  return sizeOf(shape) === (shape.at(-1) ?? 1);
}

/** The name under which a bias or slope broadcasts against a channels-first result; vectors go along the channels. */
function aligned(to: Lowering, value: Value, format: DataFormat): string {
  if (format !== "NCHW") return broadcastable(to, value);
  return value.shape.length === 1 ? to.reshape(to.get(value), [...value.shape, 1, 1]) : to.get(value);
}
