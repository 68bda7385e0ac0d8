import { convolution } from "../families/convolution.ts";
import { inputGradientKernel } from "../families/convolution-kernels.ts";
import type { Kernel } from "../graph/kernel.ts";

/** Gradient of a convolution with respect to its input. */
export const conv2DBackpropInput: Kernel = inputGradientKernel(convolution);
