import { type ActivationAttrs, activate } from "../families/activation.ts";
import { type ConvolutionAttrs, convolution, convolve, depthwise } from "../families/convolution.ts";
import type { Describe } from "../families/convolution-kernels.ts";
import {
  channelsFirstName,
  channelsLastShape,
  type DataFormat,
  setFromChannelsFirst,
  shapeIn,
} from "../families/data-format.ts";
import { broadcastable } from "../families/elementwise.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { sizeOf, type Value } from "../graph/value.ts";

function fused(describe: Describe): Kernel {
  return kernel<ConvolutionAttrs & ActivationAttrs>({
    inputs: ["x", "filter", "bias", "preluActivationWeights"],
    infer([x, filter], attrs) {
      const c = describe(channelsLastShape(x!.shape, attrs.dataFormat), filter!.shape, attrs);
      return { shape: shapeIn([c.batch, ...c.output, c.outChannels], attrs.dataFormat), dtype: "float32" };
    },
    lower(to, { inputs, attrs, output }) {
      const [x, filter, bias, slope] = inputs;
      const { dataFormat } = attrs;
      const c = describe(channelsLastShape(x!.shape, dataFormat), filter!.shape, attrs);
      const names = { x: channelsFirstName(to, x!, dataFormat), filter: filter! };
      const isPerChannel = bias !== undefined && isVector(bias) && sizeOf(bias.shape) === c.outChannels;
      const flat = isPerChannel ? to.reshape(to.get(bias), [c.outChannels]) : undefined;
      let y = convolve(to, c, flat === undefined ? names : { ...names, bias: flat });
      if (bias !== undefined && !isPerChannel) y = to.node("Add", [y, aligned(to, bias, dataFormat)]);
      const slopeName = slope === undefined ? undefined : aligned(to, slope, dataFormat);
      setFromChannelsFirst(to, output, activate(to, y, attrs, slopeName), dataFormat);
    },
  });
}

/** Whether all but the last dimension are 1. */
function isVector({ shape }: Value): boolean {
  return sizeOf(shape) === (shape.at(-1) ?? 1);
}

/** The name under which a bias or slope broadcasts against a channels-first result; vectors go along the channels. */
function aligned(to: Lowering, value: Value, format: DataFormat): string {
  if (format !== "NCHW") return broadcastable(to, value);
  return value.shape.length === 1 ? to.reshape(to.get(value), [value.shape[0]!, 1, 1]) : to.get(value);
}

export const fusedConv2D: Kernel = fused(convolution);
export const fusedDepthwiseConv2D: Kernel = fused(depthwise);
