import { type ConvolutionAttrs, convolution, convolve } from "../families/convolution.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** Two-dimensional convolution, of any stride, padding, dilation and number of groups. */
export const conv2D: Kernel = kernel<ConvolutionAttrs>({
  inputs: ["x", "filter"],
  infer([x, filter], attrs) {
    const c = convolution(x!.shape, filter!.shape, attrs);
    return { shape: [c.batch, ...c.output, c.outChannels], dtype: "float32" };
  },
  lower(to, { inputs, attrs, output }) {
    const [x, filter] = inputs;
    const c = convolution(x!.shape, filter!.shape, attrs);
    to.setChannelsFirst(output, convolve(to, c, { x: to.getChannelsFirst(x!), filter: filter! }));
  },
});
