import type { TensorType } from "@lookonce/onnx";
import type { LinSpaceAttrs, RangeAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { hostArray } from "../graph/value.ts";

function rangeLength({ start, stop, step }: RangeAttrs): number {
  const isEmpty = start === stop || (start < stop && step < 0) || (stop < start && step > 1);
  return isEmpty ? 0 : Math.abs(Math.ceil((stop - start) / step));
}

/** Evenly spaced numbers from `start` up to, without, `stop`. */
export const range: Kernel = kernel<RangeAttrs>({
  inputs: [],
  infer: (_, attrs) => ({ shape: [rangeLength(attrs)], dtype: attrs.dtype ?? "float32" }),
  lower(to, { attrs, output }) {
    const step = attrs.stop < attrs.start && attrs.step === 1 ? -1 : attrs.step;
    const numbers = Array.from({ length: output.shape[0]! }, (_, i) => attrs.start + i * step);
    to.set(output, to.constant(output.dtype as TensorType, hostArray(output.dtype, numbers)));
  },
});

/** `num` evenly spaced numbers from `start` to `stop`, both included. */
export const linSpace: Kernel = kernel<LinSpaceAttrs>({
  inputs: [],
  infer: (_, { num }) => ({ shape: [num], dtype: "float32" }),
  lower(to, { attrs: { start, stop, num }, output }) {
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    to.set(
      output,
      to.constant(
        "float32",
        Float32Array.from({ length: num }, (_, i) => start + i * step),
      ),
    );
  },
});
