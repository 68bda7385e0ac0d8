import { isCopy, type PoolingAttrs, padded, pooling } from "../families/pooling.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const maxPool: Kernel = kernel<PoolingAttrs>({
  inputs: ["x"],
  infer: ([x], attrs) => ({ shape: pooling(x!.shape, attrs).outShape, dtype: x!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const [image] = inputs;
    const info = pooling(image!.shape, attrs);
    if (isCopy(info)) {
      to.setChannelsFirst(output, to.getChannelsFirst(image!));
      return;
    }
    const isFloat = image!.dtype === "float32";
    const name = isFloat ? to.getChannelsFirst(image!) : to.cast(to.getChannelsFirst(image!), "float32");
    const { x, attributes } = padded(to, name, { info, fill: Number.NEGATIVE_INFINITY });
    // ONNX Runtime's optimizer makes the zeros of a Pad before a MaxPool the pool's own border, which counts as -∞, and so
    // loses maxima of 0. It leaves pools alone that also tell positions (microsoft/onnxruntime, pull request 18136).
    const isAfterPad = image!.producer?.kernel === "PadV2";
    const [largest] = to.graph.multi("MaxPool", [x], attributes, { outputs: isAfterPad ? 2 : 1 }) as [string];
    to.setChannelsFirst(output, isFloat ? largest : to.cast(largest, "int32"));
  },
});
