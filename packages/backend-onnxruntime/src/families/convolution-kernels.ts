import { type Kernel, kernel } from "../graph/kernel.ts";
import { type Convolution, type ConvolutionAttrs, convolve, filterGradient, inputGradient } from "./convolution.ts";
import { channelsFirstName, channelsLastShape, setFromChannelsFirst, shapeIn } from "./data-format.ts";

/** Works out a convolution's sizes: {@link convolution}, or {@link depthwise}, whose filters have another form. */
export type Describe = (x: readonly number[], filter: readonly number[], attrs: ConvolutionAttrs) => Convolution;

type Shape4D = [number, number, number, number];

/** The kernel of a convolution. */
export function forwardKernel(describe: Describe): Kernel {
  return kernel<ConvolutionAttrs>({
    inputs: ["x", "filter"],
    infer([x, filter], attrs) {
      const c = describe(channelsLastShape(x!.shape, attrs.dataFormat), filter!.shape, attrs);
      return { shape: shapeIn([c.batch, ...c.output, c.outChannels], attrs.dataFormat), dtype: "float32" };
    },
    lower(to, { inputs, attrs, output }) {
      const [x, filter] = inputs;
      const c = describe(channelsLastShape(x!.shape, attrs.dataFormat), filter!.shape, attrs);
      const names = { x: channelsFirstName(to, x!, attrs.dataFormat), filter: filter! };
      setFromChannelsFirst(to, output, convolve(to, c, names), attrs.dataFormat);
    },
  });
}

/** The kernel of a convolution's gradient with respect to its input. */
export function inputGradientKernel(describe: Describe): Kernel {
  return kernel<ConvolutionAttrs & { inputShape: Shape4D }>({
    inputs: ["dy", "filter"],
    infer: (_, { inputShape }) => ({ shape: inputShape, dtype: "float32" }),
    lower(to, { inputs, attrs, output }) {
      const [dy, filter] = inputs;
      const c = describe(channelsLastShape(attrs.inputShape, attrs.dataFormat), filter!.shape, attrs);
      const gradient = inputGradient(to, c, channelsFirstName(to, dy!, attrs.dataFormat), filter!);
      setFromChannelsFirst(to, output, gradient, attrs.dataFormat);
    },
  });
}

/** The kernel of a convolution's gradient with respect to its filter. */
export function filterGradientKernel(describe: Describe): Kernel {
  return kernel<ConvolutionAttrs & { filterShape: Shape4D }>({
    inputs: ["x", "dy"],
    infer: (_, { filterShape }) => ({ shape: filterShape, dtype: "float32" }),
    lower(to, { inputs, attrs, output }) {
      const [x, dy] = inputs.map((value) => channelsFirstName(to, value, attrs.dataFormat));
      const c = describe(channelsLastShape(inputs[0]!.shape, attrs.dataFormat), attrs.filterShape, attrs);
      const gradient = filterGradient(to, c, x!, dy!);
      // It comes as [h, w, in / groups, out], which a depthwise filter is a reshape away from.
      const isShaped = attrs.filterShape[2] === c.inChannels / c.groups;
      to.set(output, isShaped ? gradient : to.reshape(gradient, attrs.filterShape));
    },
  });
}
