/** Height, width and channels of a feature map; the batch is left out. */
export type Shape = readonly [height: number, width: number, channels: number];

/** What a forward pass of one image costs. */
export interface Cost {
  /** Multiply-accumulates of convolutions; bias, normalization, activation and pooling are not counted. */
  macs: number;
  /** Multiply-accumulates of fully connected layers, but for the output of an attention; its products are not counted. */
  linearMacs: number;
}

/** The size of one side after a window of `kernel` at `stride` over a side padded by `padding` on both ends. */
export function windowOutput(size: number, kernel: number, options: { stride: number; padding: number }): number {
  return Math.floor((size + 2 * options.padding - kernel) / options.stride) + 1;
}
