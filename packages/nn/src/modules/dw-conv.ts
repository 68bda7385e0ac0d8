import { layerSpec } from "../config/layer-spec.ts";
import type { ModuleSpec } from "../config/module-spec.ts";
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

export const dwConvSpec: ModuleSpec = layerSpec(
  { kernel: ["size", 1], stride: ["size", 1], dilation: ["size", 1] },
  (channels, options) => new DWConv(...channels, options),
);
