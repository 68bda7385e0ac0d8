import { type ConvolutionAttrs, convolution, filterGradient } from "../families/convolution.ts";
import { channelsFirstName, channelsLastShape } from "../families/data-format.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** Gradient of a convolution with respect to its filter. */
export const conv2DBackpropFilter: Kernel = kernel<
  ConvolutionAttrs & { filterShape: [number, number, number, number] }
>({
  inputs: ["x", "dy"],
  infer: (_, { filterShape }) => ({ shape: filterShape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [x, dy] = inputs;
    const c = convolution(channelsLastShape(x!.shape, attrs.dataFormat), attrs.filterShape, attrs);
    to.set(
      output,
      filterGradient(to, c, channelsFirstName(to, x!, attrs.dataFormat), channelsFirstName(to, dy!, attrs.dataFormat)),
    );
  },
});
