import { depthwise } from "../families/convolution.ts";
import { filterGradientKernel } from "../families/convolution-kernels.ts";
import type { Kernel } from "../graph/kernel.ts";

/** Gradient of a depthwise convolution with respect to its filter. */
export const depthwiseConv2dNativeBackpropFilter: Kernel = filterGradientKernel(depthwise);
