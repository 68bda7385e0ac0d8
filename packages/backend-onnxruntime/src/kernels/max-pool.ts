import { type PoolingAttrs, pooling, poolingAttributes } from "../families/pooling.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const maxPool: Kernel = kernel<PoolingAttrs>({
  inputs: ["x"],
  infer: ([x], attrs) => ({ shape: pooling(x!.shape, attrs).outShape, dtype: x!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const x = inputs[0]!;
    const info = pooling(x.shape, attrs);
    to.setChannelsFirst(output, to.node("MaxPool", [to.getChannelsFirst(x)], poolingAttributes(info)));
  },
});
