import { type ConvolutionAttrs, depthwise, inputGradient } from "../families/convolution.ts";
import { channelsFirstName, channelsLastShape, setFromChannelsFirst } from "../families/data-format.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const depthwiseConv2dNativeBackpropInput: Kernel = kernel<
  ConvolutionAttrs & { inputShape: [number, number, number, number] }
>({
  inputs: ["dy", "filter"],
  infer: (_, { inputShape }) => ({ shape: inputShape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [dy, filter] = inputs;
    const c = depthwise(channelsLastShape(attrs.inputShape, attrs.dataFormat), filter!.shape, attrs);
    const gradient = inputGradient(to, c, channelsFirstName(to, dy!, attrs.dataFormat), filter!);
    setFromChannelsFirst(to, output, gradient, attrs.dataFormat);
  },
});
