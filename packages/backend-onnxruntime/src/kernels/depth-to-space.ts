import type { DepthToSpaceAttrs } from "@tensorflow/tfjs-core";
import { channelsLastShape, shapeIn } from "../families/data-format.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** Spreads each position's channels over a square of positions. */
export const depthToSpace: Kernel = kernel<DepthToSpaceAttrs>({
  inputs: ["x"],
  infer([x], { blockSize, dataFormat }) {
    const [n, h, w, c] = channelsLastShape(x!.shape, dataFormat) as [number, number, number, number];
    const shape = [n, h * blockSize, w * blockSize, c / blockSize ** 2];
    return { shape: shapeIn(shape, dataFormat), dtype: x!.dtype };
  },
  lower(to, { inputs, attrs: { blockSize, dataFormat }, output }) {
    const [n, h, w, c] = channelsLastShape(inputs[0]!.shape, dataFormat) as [number, number, number, number];
    const depth = c / blockSize ** 2;
    const isFirst = dataFormat === "NCHW";
    const blocks = isFirst ? [n, blockSize, blockSize, depth, h, w] : [n, h, w, blockSize, blockSize, depth];
    const perm = isFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 3, 2, 4, 5];
    to.set(output, to.reshape(to.transpose(to.reshape(to.get(inputs[0]!), blocks), perm), output.shape));
  },
});
