import { convolution } from "../families/convolution.ts";
import { forwardKernel } from "../families/convolution-kernels.ts";
import type { Kernel } from "../graph/kernel.ts";

/** Two-dimensional convolution, of any stride, padding, dilation and number of groups. */
export const conv2D: Kernel = forwardKernel(convolution);
