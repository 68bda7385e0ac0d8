import { type ActivationAttrs, activate } from "../families/activation.ts";
import { type Convolution, type ConvolutionAttrs, convolution, convolve, depthwise } from "../families/convolution.ts";
import { broadcastable } from "../families/elementwise.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { sizeOf } from "../graph/value.ts";

type Describe = (x: readonly number[], filter: readonly number[], attrs: ConvolutionAttrs) => Convolution;

function fused(describe: Describe): Kernel {
  return kernel<ConvolutionAttrs & ActivationAttrs>({
    inputs: ["x", "filter", "bias", "preluActivationWeights"],
    infer([x, filter], attrs) {
      const c = describe(x!.shape, filter!.shape, attrs);
      return { shape: [c.batch, ...c.output, c.outChannels], dtype: "float32" };
    },
    lower(to, { inputs, attrs, output }) {
      const [x, filter, bias, slope] = inputs;
      const c = describe(x!.shape, filter!.shape, attrs);
      const names = { x: to.getChannelsFirst(x!), filter: filter! };
      const isPerChannel = bias !== undefined && sizeOf(bias.shape) === c.outChannels;
      const flat = isPerChannel ? to.reshape(to.get(bias), [c.outChannels]) : undefined;
      let y = convolve(to, c, flat === undefined ? names : { ...names, bias: flat });
      if (bias !== undefined && !isPerChannel) y = to.node("Add", [y, broadcastable(to, bias)]);
      to.setChannelsFirst(output, activate(to, y, attrs, slope === undefined ? undefined : broadcastable(to, slope)));
    },
  });
}

export const fusedConv2D: Kernel = fused(convolution);
export const fusedDepthwiseConv2D: Kernel = fused(depthwise);
