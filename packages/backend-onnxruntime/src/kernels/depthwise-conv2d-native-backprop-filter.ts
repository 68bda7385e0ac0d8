import { type ConvolutionAttrs, depthwise, filterGradient } from "../families/convolution.ts";
import { channelsFirstName, channelsLastShape } from "../families/data-format.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const depthwiseConv2dNativeBackpropFilter: Kernel = kernel<
  ConvolutionAttrs & { filterShape: [number, number, number, number] }
>({
  inputs: ["x", "dy"],
  infer: (_, { filterShape }) => ({ shape: filterShape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [x, dy] = inputs;
    const c = depthwise(channelsLastShape(x!.shape, attrs.dataFormat), attrs.filterShape, attrs);
    const gradient = filterGradient(
      to,
      c,
      channelsFirstName(to, x!, attrs.dataFormat),
      channelsFirstName(to, dy!, attrs.dataFormat),
    );
    to.set(output, to.reshape(gradient, attrs.filterShape));
  },
});
