import { str } from "@lookonce/onnx";
import { maxPoolGradient } from "../families/max-pool-gradient.ts";
import { type PoolingAttrs, padded, pooling } from "../families/pooling.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { sizeOf } from "../graph/value.ts";

/** Hands each window's gradient to its largest element, the first of several in reading order. */
export const maxPoolGrad: Kernel = kernel<PoolingAttrs>({
  inputs: ["dy", "input", "output"],
  infer: ([, input]) => ({ shape: input!.shape, dtype: "float32" }),
  lower(to, { inputs, attrs, output }) {
    const [dy, image] = inputs;
    const info = pooling(image!.shape, attrs);
    if (to.target === "webgpu") {
      const names = { x: to.getChannelsFirst(image!), dy: to.getChannelsFirst(dy!) };
      to.setChannelsFirst(output, maxPoolGradient(to, info, names));
      return;
    }
    const { top, left, bottom, right } = info.padInfo;
    const { x, attributes, isPadded } = padded(to, to.getChannelsFirst(image!), {
      info,
      fill: Number.NEGATIVE_INFINITY,
    });
    // ONNX's pooling tells where each maximum was, counted through the whole channels-first tensor.
    const [, positions] = to.graph.multi("MaxPool", [x], attributes, { outputs: 2 });
    const [n, h, w, c] = image!.shape as [number, number, number, number];
    const full = isPadded ? [n, c, top + h + bottom, left + w + right] : [n, c, h, w];
    const zeros = to.node("Expand", [to.scalar(0), to.int64s([sizeOf(full)])]);
    const size = [sizeOf(dy!.shape)];
    const gradient = to.reshape(to.getChannelsFirst(dy!), size);
    const sums = to.node("ScatterElements", [zeros, to.reshape(positions!, size), gradient], { reduction: str("add") });
    let result = to.reshape(sums, full);
    if (isPadded) {
      result = to.node("Slice", [result, to.int64s([top, left]), to.int64s([top + h, left + w]), to.int64s([2, 3])]);
    }
    to.setChannelsFirst(output, result);
  },
});
