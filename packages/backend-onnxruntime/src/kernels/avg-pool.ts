import { int } from "@lookonce/onnx";
import { isCopy, type PoolingAttrs, padded, pooling, windowCounts } from "../families/pooling.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** The mean of each window; elements of the padding do not count. */
export const avgPool: Kernel = kernel<PoolingAttrs>({
  inputs: ["x"],
  infer: ([x], attrs) => ({ shape: pooling(x!.shape, attrs).outShape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const info = pooling(inputs[0]!.shape, attrs);
    if (isCopy(info)) {
      to.setChannelsFirst(output, to.getChannelsFirst(inputs[0]!));
      return;
    }
    const { x, attributes, isPadded } = padded(to, to.getChannelsFirst(inputs[0]!), { info, fill: 0 });
    let mean = to.node("AveragePool", [x], { ...attributes, count_include_pad: int(0) });
    if (isPadded) {
      // ONNX took the means over whole windows. A window without any element has no mean: 0 · ∞ is NaN, as in tfjs.
      const size = info.filterHeight * info.filterWidth;
      const scale = windowCounts(info).map((count) => size / count);
      mean = to.node("Mul", [mean, to.constant("float32", scale, [1, 1, info.outHeight, info.outWidth])]);
    }
    to.setChannelsFirst(output, mean);
  },
});
