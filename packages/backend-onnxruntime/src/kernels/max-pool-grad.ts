import { str } from "@lookonce/onnx";
import { type PoolingAttrs, pooling, poolingAttributes } from "../families/pooling.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { sizeOf } from "../graph/value.ts";

/** Hands each window's gradient to its largest element, the first of several in reading order. */
export const maxPoolGrad: Kernel = kernel<PoolingAttrs>({
  inputs: ["dy", "input", "output"],
  infer: ([, input]) => ({ shape: input!.shape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [dy, x] = inputs;
    const info = pooling(x!.shape, attrs);
    // ONNX's pooling tells where each maximum was, counted through the whole channels-first tensor.
    const [, positions] = to.graph.multi("MaxPool", [to.getChannelsFirst(x!)], poolingAttributes(info), { outputs: 2 });
    const [n, h, w, c] = x!.shape as [number, number, number, number];
    const zeros = to.node("Expand", [to.scalar(0), to.int64s([n * h * w * c])]);
    const size = [sizeOf(dy!.shape)];
    const gradient = to.reshape(to.getChannelsFirst(dy!), size);
    const sums = to.node("ScatterElements", [zeros, to.reshape(positions!, size), gradient], { reduction: str("add") });
    to.setChannelsFirst(output, to.reshape(sums, [n, c, h, w]));
  },
});
