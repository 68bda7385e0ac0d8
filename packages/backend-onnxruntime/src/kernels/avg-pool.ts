import { int, ints } from "@lookonce/onnx";
import type { backend_util } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import { isCopy, padded, pooling } from "./pooling.ts";

export const avgPoolKernels: Kernels<"AvgPool" | "AvgPoolGrad"> = {
  /** The mean of each window; elements of the padding do not count. */
  AvgPool: {
    inputs: ["x"],
    infer: ({ x }, attrs) => ({ shape: pooling(x, attrs).outShape, dtype: "float32" }),
    lower(to, { inputs, attrs, output }) {
      const info = pooling(inputs.x, attrs);
      if (isCopy(info)) {
        to.setChannelsFirst(output, to.getChannelsFirst(inputs.x));
        return;
      }
      const { x, attributes, isPadded } = padded(to, to.getChannelsFirst(inputs.x), { info, fill: 0 });
      let mean = to.node("AveragePool", [x], { ...attributes, count_include_pad: int(0) });
      if (isPadded) {
        // ONNX computed the means over whole windows. A window without elements has no mean: 0 · ∞ is NaN, as in tfjs.
        const size = info.filterHeight * info.filterWidth;
        const scale = windowCounts(info).map((count) => size / count);
        mean = to.node("Mul", [mean, to.constant("float32", scale, [1, 1, info.outHeight, info.outWidth])]);
      }
      to.setChannelsFirst(output, mean);
    },
  },
  /**
   * Spreads each window's gradient over its elements.
   *
   * Like tfjs's own backends (4.22), it divides by the window's whole size, although the forward's mean does not count
   * elements of the padding: at padded borders it is smaller than the derivative.
   */
  AvgPoolGrad: {
    inputs: ["dy", "input"],
    infer: ({ input }) => ({ shape: input.shape, dtype: "float32" }),
    lower(to, { inputs: { dy, input }, attrs, output }) {
      const info = pooling(input, attrs);
      const { inChannels, filterHeight: height, filterWidth: width } = info;
      const size = height * width;
      const shares = new Float32Array(inChannels * size).fill(1 / size);
      const share = to.constant("float32", shares, [inChannels, 1, height, width]);
      const { top, left } = info.padInfo;
      const bottom = top + info.inHeight - (info.outHeight - 1) * info.strideHeight - height;
      const right = left + info.inWidth - (info.outWidth - 1) * info.strideWidth - width;
      const spread = to.node("ConvTranspose", [to.getChannelsFirst(dy), share], {
        strides: ints([info.strideHeight, info.strideWidth]),
        group: int(inChannels),
        pads: ints([top, left, Math.max(0, -bottom), Math.max(0, -right)]),
        output_padding: ints([Math.max(0, bottom), Math.max(0, right)]),
      });
      to.setChannelsFirst(output, spread);
    },
  },
};

/** How many elements of the input are in each window, [windows down, windows across]. */
function windowCounts(info: backend_util.Conv2DInfo): Float32Array {
  const { padInfo: pad, outHeight, outWidth } = info;
  const rows = overlaps(outHeight, info.strideHeight, { pad: pad.top, filter: info.filterHeight, size: info.inHeight });
  const columns = overlaps(outWidth, info.strideWidth, { pad: pad.left, filter: info.filterWidth, size: info.inWidth });
  return Float32Array.from(rows.flatMap((row) => columns.map((column) => row * column)));
}

/** Along one axis, how many elements of the input are in each window. */
function overlaps(
  windows: number,
  stride: number,
  { pad, filter, size }: { pad: number; filter: number; size: number },
): number[] {
  return Array.from({ length: windows }, (_, i) => {
    const start = i * stride - pad;
    return Math.max(0, Math.min(size, start + filter) - Math.max(0, start));
  });
}
