import { convolution } from "../families/convolution.ts";
import { filterGradientKernel } from "../families/convolution-kernels.ts";
import type { Kernel } from "../graph/kernel.ts";

/** Gradient of a convolution with respect to its filter. */
export const conv2DBackpropFilter: Kernel = filterGradientKernel(convolution);
