import { type ConvolutionAttrs, depthwise, filterGradient } from "../families/convolution.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const depthwiseConv2dNativeBackpropFilter: Kernel = kernel<
  ConvolutionAttrs & { filterShape: [number, number, number, number] }
>({
  inputs: ["x", "dy"],
  infer: (_, { filterShape }) => ({ shape: filterShape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [x, dy] = inputs;
    const c = depthwise(x!.shape, attrs.filterShape, attrs);
    const gradient = filterGradient(to, c, to.getChannelsFirst(x!), to.getChannelsFirst(dy!));
    to.set(output, to.reshape(gradient, attrs.filterShape));
  },
});
