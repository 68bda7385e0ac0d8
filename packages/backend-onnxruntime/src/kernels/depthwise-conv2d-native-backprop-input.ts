import { type ConvolutionAttrs, depthwise, inputGradient } from "../families/convolution.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const depthwiseConv2dNativeBackpropInput: Kernel = kernel<
  ConvolutionAttrs & { inputShape: [number, number, number, number] }
>({
  inputs: ["dy", "filter"],
  infer: (_, { inputShape }) => ({ shape: inputShape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [dy, filter] = inputs;
    const c = depthwise(attrs.inputShape, filter!.shape, attrs);
    to.setChannelsFirst(output, inputGradient(to, c, to.getChannelsFirst(dy!), filter!));
  },
});
