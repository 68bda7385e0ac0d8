import { int } from "@lookonce/onnx";
import { type PoolingAttrs, pooling, poolingAttributes } from "../families/pooling.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** The mean of each window; elements of the padding do not count. */
export const avgPool: Kernel = kernel<PoolingAttrs>({
  inputs: ["x"],
  infer: ([x], attrs) => ({ shape: pooling(x!.shape, attrs).outShape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const info = pooling(inputs[0]!.shape, attrs);
    const x = to.getChannelsFirst(inputs[0]!);
    to.setChannelsFirst(output, to.node("AveragePool", [x], { ...poolingAttributes(info), count_include_pad: int(0) }));
  },
});
