import { depthwise } from "../families/convolution.ts";
import { forwardKernel } from "../families/convolution-kernels.ts";
import type { Kernel } from "../graph/kernel.ts";

/** Each channel convolved with filters of its own. */
export const depthwiseConv2dNative: Kernel = forwardKernel(depthwise);
