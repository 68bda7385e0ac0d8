import { util } from "@tensorflow/tfjs-core";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { shape4 } from "../graph/value.ts";
import { isCopy, padded, pooling } from "./pooling.ts";

export const maxPoolKernels: Kernels<"MaxPool" | "MaxPoolWithArgmax"> = {
  MaxPool: {
    inputs: ["x"],
    infer: ({ x }, attrs) => ({ shape: pooling(x, attrs).outShape, dtype: x.dtype }),
    lower(to, { inputs: { x: image }, attrs, output }) {
      const info = pooling(image, attrs);
      if (isCopy(info)) {
        to.setChannelsFirst(output, to.getChannelsFirst(image));
        return;
      }
      const isFloat = image.dtype === "float32";
      const name = isFloat ? to.getChannelsFirst(image) : to.cast(to.getChannelsFirst(image), "float32");
      const { x, attributes } = padded(to, name, { info, fill: Number.NEGATIVE_INFINITY });
      // ONNX Runtime's optimizer makes the zeros of a Pad before a MaxPool the pool's own border, which counts as -∞, and so
      // loses maxima of 0. It leaves pools alone that also return positions (microsoft/onnxruntime, pull request 18136).
      const isAfterPad = image.producer?.kernel === "PadV2";
      const largest = isAfterPad ? to.pair("MaxPool", [x], attributes)[0] : to.node("MaxPool", [x], attributes);
      to.setChannelsFirst(output, isFloat ? largest : to.cast(largest, "int32"));
    },
  },
  /** The maximum of each window, and its index (y · width + x) · channels + channel, counted in its own image or in all. */
  MaxPoolWithArgmax: {
    inputs: ["x"],
    infer({ x }, attrs) {
      util.assert(x.shape.length === 4, () => `Error in maxPoolWithArgmax: x must be rank 4 but got [${x.shape}].`);
      const shape = pooling(x, attrs).outShape;
      return [
        { shape, dtype: x.dtype },
        { shape, dtype: "int32" },
      ];
    },
    lower(to, { inputs: { x: image }, attrs, outputs }) {
      const info = pooling(image, attrs);
      const [n, h, w, c] = shape4(image);
      const fill = Number.NEGATIVE_INFINITY;
      // NaN is never the largest.
      const name = to.getChannelsFirst(image);
      const numbers = to.node("Where", [to.node("IsNaN", [name]), to.scalar(fill), name]);
      const { x, attributes, isPadded } = padded(to, numbers, { info, fill });
      const [largest, positions] = to.pair("MaxPool", [x], attributes);
      const { top, left, bottom, right } = info.padInfo;
      const [height, width] = isPadded ? [top + h + bottom, left + w + right] : [h, w];
      // ONNX counts through the channels-first tensor.
      const inPlane = to.node("Mod", [positions, to.int64s([height * width])]);
      let index = inPlane;
      if (isPadded) {
        const row = to.node("Sub", [to.node("Div", [inPlane, to.int64s([width])]), to.int64s([top])]);
        const column = to.node("Sub", [to.node("Mod", [inPlane, to.int64s([width])]), to.int64s([left])]);
        index = to.node("Add", [to.node("Mul", [row, to.int64s([w])]), column]);
      }
      index = to.node("Add", [to.node("Mul", [index, to.int64s([c])]), counted(to, c, [1, c, 1, 1], 1)]);
      if (attrs.includeBatchInIndex) index = to.node("Add", [index, counted(to, n, [n, 1, 1, 1], h * w * c)]);
      to.setChannelsFirst(outputs[0], largest);
      to.setChannelsFirst(outputs[1], to.cast(index, "int32"));
    },
  },
};

/** The numbers 0, step, 2 · step, … */
function counted(to: Lowering, length: number, shape: readonly number[], step: number): string {
  const numbers = BigInt64Array.from({ length }, (_, i) => BigInt(i * step));
  return to.constant("int64", numbers, shape);
}
