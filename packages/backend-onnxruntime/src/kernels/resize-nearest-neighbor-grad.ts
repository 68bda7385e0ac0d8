import { int } from "@lookonce/onnx";
import type { ResizeNearestNeighborGradAttrs } from "@tensorflow/tfjs-core";
import { nearestMatrix, type ResizeAttrs, resizeByMatrices } from "../families/resize.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** Sums the gradient over the copies of each element. */
export const resizeNearestNeighborGrad: Kernel = kernel<ResizeNearestNeighborGradAttrs & ResizeAttrs>({
  inputs: ["images", "dy"],
  infer: ([images]) => ({ shape: images!.shape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [images, dy] = inputs;
    const [n, h, w, c] = images!.shape as [number, number, number, number];
    const scales = [dy!.shape[1]! / h, dy!.shape[2]! / w];
    if (scales.every(Number.isInteger) && !attrs.alignCorners) {
      const blocks = to.reshape(to.getChannelsFirst(dy!), [n * c, h, scales[0]!, w, scales[1]!]);
      const sums = to.node("ReduceSum", [blocks, to.int64s([2, 4])], { keepdims: int(0) });
      to.setChannelsFirst(output, to.reshape(sums, [n, c, h, w]));
    } else {
      to.setChannelsFirst(
        output,
        resizeByMatrices(to, dy!, { size: [h, w], matrix: nearestMatrix(attrs), isTransposed: true }),
      );
    }
  },
});
