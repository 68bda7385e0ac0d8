import { str } from "@lookonce/onnx";
import type { ResizeNearestNeighborAttrs } from "@tensorflow/tfjs-core";
import { nearestMatrix, resizeByMatrices } from "../families/resize.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const resizeNearestNeighbor: Kernel = kernel<ResizeNearestNeighborAttrs>({
  inputs: ["images"],
  infer: ([images], { size }) => ({ shape: [images!.shape[0]!, ...size, images!.shape[3]!], dtype: images!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const images = inputs[0]!;
    const [, h, w] = images.shape as [number, number, number, number];
    const scales = [attrs.size[0] / h, attrs.size[1] / w];
    if (scales.every(Number.isInteger) && !attrs.alignCorners) {
      // A whole number of copies of each element, wherever its center is said to be.
      const scale = to.constant("float32", Float32Array.of(1, 1, scales[0]!, scales[1]!));
      const name = to.node("Resize", [to.getChannelsFirst(images), "", scale], {
        mode: str("nearest"),
        coordinate_transformation_mode: str("asymmetric"),
        nearest_mode: str("floor"),
      });
      to.setChannelsFirst(output, name);
    } else {
      to.setChannelsFirst(
        output,
        resizeByMatrices(to, images, { size: attrs.size, matrix: nearestMatrix(attrs), isTransposed: false }),
      );
    }
  },
});
