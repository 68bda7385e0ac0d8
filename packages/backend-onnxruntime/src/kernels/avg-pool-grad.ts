import { int, ints } from "@lookonce/onnx";
import type { backend_util } from "@tensorflow/tfjs-core";
import { type PoolingAttrs, pooling } from "../families/pooling.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** Spreads each window's gradient evenly over the elements that its mean was taken of. */
export const avgPoolGrad: Kernel = kernel<PoolingAttrs>({
  inputs: ["dy", "input"],
  infer: ([, input]) => ({ shape: input!.shape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [dy, x] = inputs;
    const info = pooling(x!.shape, attrs);
    const share = to.constant("float32", shares(info), [1, 1, info.outHeight, info.outWidth]);
    const channels = info.inChannels;
    const ones = to.constant("float32", new Float32Array(channels * info.filterHeight * info.filterWidth).fill(1), [
      channels,
      1,
      info.filterHeight,
      info.filterWidth,
    ]);
    const { top, left } = info.padInfo;
    const bottom = top + info.inHeight - (info.outHeight - 1) * info.strideHeight - info.filterHeight;
    const right = left + info.inWidth - (info.outWidth - 1) * info.strideWidth - info.filterWidth;
    const spread = to.node("ConvTranspose", [to.node("Mul", [to.getChannelsFirst(dy!), share]), ones], {
      strides: ints([info.strideHeight, info.strideWidth]),
      group: int(channels),
      pads: ints([top, left, Math.max(0, -bottom), Math.max(0, -right)]),
      output_padding: ints([Math.max(0, bottom), Math.max(0, right)]),
    });
    to.setChannelsFirst(output, spread);
  },
});

/** One over the number of real elements in each window. */
function shares(info: backend_util.Conv2DInfo): Float32Array {
  const rows = counts(info.outHeight, info.strideHeight, {
    pad: info.padInfo.top,
    filter: info.filterHeight,
    size: info.inHeight,
  });
  const columns = counts(info.outWidth, info.strideWidth, {
    pad: info.padInfo.left,
    filter: info.filterWidth,
    size: info.inWidth,
  });
  return Float32Array.from({ length: rows.length * columns.length }, (_, i) => {
    return 1 / (rows[Math.floor(i / columns.length)]! * columns[i % columns.length]!);
  });
}

function counts(
  windows: number,
  stride: number,
  { pad, filter, size }: { pad: number; filter: number; size: number },
): number[] {
  return Array.from({ length: windows }, (_, i) => {
    const start = i * stride - pad;
    return Math.min(size, start + filter) - Math.max(0, start);
  });
}
