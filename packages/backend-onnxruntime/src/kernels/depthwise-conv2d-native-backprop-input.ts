import { depthwise } from "../families/convolution.ts";
import { inputGradientKernel } from "../families/convolution-kernels.ts";
import type { Kernel } from "../graph/kernel.ts";

/** Gradient of a depthwise convolution with respect to its input. */
export const depthwiseConv2dNativeBackpropInput: Kernel = inputGradientKernel(depthwise);
