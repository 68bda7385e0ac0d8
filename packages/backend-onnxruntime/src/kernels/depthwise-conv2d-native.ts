import { type ConvolutionAttrs, convolve, depthwise } from "../families/convolution.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** Each channel convolved with filters of its own. */
export const depthwiseConv2dNative: Kernel = kernel<ConvolutionAttrs>({
  inputs: ["x", "filter"],
  infer([x, filter], attrs) {
    const c = depthwise(x!.shape, filter!.shape, attrs);
    return { shape: [c.batch, ...c.output, c.outChannels], dtype: "float32" };
  },
  lower(to, { inputs, attrs, output }) {
    const [x, filter] = inputs;
    const c = depthwise(x!.shape, filter!.shape, attrs);
    to.setChannelsFirst(output, convolve(to, c, { x: to.getChannelsFirst(x!), filter: filter! }));
  },
});
