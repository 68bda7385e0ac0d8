import { type ConvolutionAttrs, convolution, convolve } from "../families/convolution.ts";
import { channelsFirstName, channelsLastShape, setFromChannelsFirst, shapeIn } from "../families/data-format.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** Two-dimensional convolution, of any stride, padding, dilation and number of groups. */
export const conv2D: Kernel = kernel<ConvolutionAttrs>({
  inputs: ["x", "filter"],
  infer([x, filter], attrs) {
    const c = convolution(channelsLastShape(x!.shape, attrs.dataFormat), filter!.shape, attrs);
    return { shape: shapeIn([c.batch, ...c.output, c.outChannels], attrs.dataFormat), dtype: "float32" };
  },
  lower(to, { inputs, attrs, output }) {
    const [x, filter] = inputs;
    const c = convolution(channelsLastShape(x!.shape, attrs.dataFormat), filter!.shape, attrs);
    const names = { x: channelsFirstName(to, x!, attrs.dataFormat), filter: filter! };
    setFromChannelsFirst(to, output, convolve(to, c, names), attrs.dataFormat);
  },
});
