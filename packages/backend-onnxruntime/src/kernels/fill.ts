import { LookonceError } from "@lookonce/errors";
import type { RangeAttrs } from "@tensorflow/tfjs-core";
import type { Kernels, UnaryKernel } from "../graph/kernel.ts";
import { dimOf, hostArray } from "../graph/value.ts";

/** Constant tensors. */
export const fillKernels: Kernels<"Fill" | "LinSpace" | "OnesLike" | "Range" | "ZerosLike"> = {
  Fill: {
    infer(_, { shape, dtype, value }) {
      if (typeof value === "string" || dtype === "string") {
        throw new LookonceError(
          "UNSUPPORTED",
          "tensors of text cannot be filled on this device; make them on the host",
        );
      }
      return { shape, dtype: dtype ?? "float32" };
    },
    lower: (to, { attrs, output }) => to.setUniform(output, to.scalar(Number(attrs.value), output.dtype)),
  },
  /** `num` evenly spaced numbers from `start` to `stop`, both included. */
  LinSpace: {
    infer: (_, { num }) => ({ shape: [num], dtype: "float32" }),
    lower(to, { attrs: { start, stop, num }, output }) {
      const step = num > 1 ? (stop - start) / (num - 1) : 0;
      const numbers = Float32Array.from({ length: num }, (_, i) => start + i * step);
      to.set(output, to.constant("float32", numbers));
    },
  },
  OnesLike: filledLike(1),
  /** Evenly spaced numbers from `start` up to, without, `stop`. */
  Range: {
    infer: (_, attrs) => ({ shape: [rangeLength(attrs)], dtype: attrs.dtype ?? "float32" }),
    lower(to, { attrs, output }) {
      const step = attrs.stop < attrs.start && attrs.step === 1 ? -1 : attrs.step;
      const numbers = Array.from({ length: dimOf(output, 0) }, (_, i) => attrs.start + i * step);
      to.set(output, to.constant(output.dtype, hostArray(output.dtype, numbers)));
    },
  },
  ZerosLike: filledLike(0),
};

function filledLike(value: number): UnaryKernel<object> {
  return {
    infer: ({ x }) => ({ shape: x.shape, dtype: x.dtype }),
    lower: (to, { output }) => to.setUniform(output, to.scalar(value, output.dtype)),
  };
}

function rangeLength({ start, stop, step }: RangeAttrs): number {
  const isEmpty = start === stop || (start < stop && step < 0) || (stop < start && step > 1);
  return isEmpty ? 0 : Math.abs(Math.ceil((stop - start) / step));
}
