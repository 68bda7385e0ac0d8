import type { BuildContext, ModuleSpec } from "../config/module-spec.ts";
import { Conv, type ConvOptions } from "./conv.ts";

/**
 * Depthwise convolution: as many groups as the greatest common divisor of the channels allows (Howard et al.,
 * arXiv 1704.04861; YOLOv5 6.1, `DWConv`). [N, H, W, in] → [N, H', W', out].
 */
export class DWConv extends Conv {
  constructor(input: number, output: number, options: Omit<ConvOptions, "groups"> = {}) {
    super(input, output, { ...options, groups: commonDivisor(input, output) });
  }
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** `DWConv: [channels, kernel = 1, stride = 1, dilation = 1]`. */
export const dwConvSpec: ModuleSpec = {
  build({ args, inputs, scaleWidth, activation }: BuildContext) {
    const channels = scaleWidth(args.size("channels"));
    const kernel = args.size("kernel", 1);
    const stride = args.size("stride", 1);
    const dilation = args.size("dilation", 1);
    const input = inputs.only();
    const module = new DWConv(input, channels, { kernel, stride, dilation, activation });
    return { module, args: [input, channels, ...args.given(1)] };
  },
};
