import type { ResizeBilinearAttrs, ResizeBilinearGradAttrs } from "@tensorflow/tfjs-core";
import { linearMatrix, type ResizeAttrs, resizeByMatrices } from "../families/resize.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const resizeBilinear: Kernel = kernel<ResizeBilinearAttrs>({
  inputs: ["images"],
  infer: ([images], { size }) => ({ shape: [images!.shape[0]!, ...size, images!.shape[3]!], dtype: "float32" }),
  lower: (to, { inputs, attrs, output }) =>
    to.setChannelsFirst(
      output,
      resizeByMatrices(to, inputs[0]!, { size: attrs.size, matrix: linearMatrix(attrs), isTransposed: false }),
    ),
});

export const resizeBilinearGrad: Kernel = kernel<ResizeBilinearGradAttrs & ResizeAttrs>({
  inputs: ["images", "dy"],
  infer: ([images]) => ({ shape: images!.shape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [, h, w] = inputs[0]!.shape as [number, number, number, number];
    to.setChannelsFirst(
      output,
      resizeByMatrices(to, inputs[1]!, { size: [h, w], matrix: linearMatrix(attrs), isTransposed: true }),
    );
  },
});
