import { int, ints } from "@lookonce/onnx";
import { type PoolingAttrs, pooling } from "../families/pooling.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/**
 * Spreads each window's gradient over its elements.
 *
 * Like tfjs's own backends (4.22), it divides by the window's whole size, although the forward's mean does not count
 * elements of the padding: at padded borders it is smaller than the derivative.
 */
export const avgPoolGrad: Kernel = kernel<PoolingAttrs>({
  inputs: ["dy", "input"],
  infer: ([, input]) => ({ shape: input!.shape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [dy, x] = inputs;
    const info = pooling(x!.shape, attrs);
    const { inChannels: channels, filterHeight, filterWidth } = info;
    const size = filterHeight * filterWidth;
    const share = to.constant("float32", new Float32Array(channels * size).fill(1 / size), [
      channels,
      1,
      filterHeight,
      filterWidth,
    ]);
    const { top, left } = info.padInfo;
    const bottom = top + info.inHeight - (info.outHeight - 1) * info.strideHeight - filterHeight;
    const right = left + info.inWidth - (info.outWidth - 1) * info.strideWidth - filterWidth;
    const spread = to.node("ConvTranspose", [to.getChannelsFirst(dy!), share], {
      strides: ints([info.strideHeight, info.strideWidth]),
      group: int(channels),
      pads: ints([top, left, Math.max(0, -bottom), Math.max(0, -right)]),
      output_padding: ints([Math.max(0, bottom), Math.max(0, right)]),
    });
    to.setChannelsFirst(output, spread);
  },
});
