import { str, type TensorType } from "@lookonce/onnx";
import type { UnsortedSegmentSumAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { hostArray, sizeOf } from "../graph/value.ts";

/** Sums the rows of `x` by segment number; rows with a negative number are left out. */
export const unsortedSegmentSum: Kernel = kernel<UnsortedSegmentSumAttrs>({
  inputs: ["x", "segmentIds"],
  infer: ([x, ids], { numSegments }) => ({
    shape: [numSegments, ...x!.shape.slice(ids!.shape.length)],
    dtype: x!.dtype,
  }),
  lower(to, { inputs, attrs, output }) {
    const [x, ids] = inputs;
    const rows = sizeOf(ids!.shape);
    const rest = output.shape.slice(1);
    const zero = to.constant(output.dtype as TensorType, hostArray(output.dtype, [0]), []);
    // One segment more than asked for takes the rows that are left out.
    const zeros = to.node("Expand", [zero, to.int64s([attrs.numSegments + 1, ...rest])]);
    const flat = to.reshape(to.get(ids!), [rows, 1]);
    const isLeftOut = to.node("Less", [flat, to.scalar(0, "int32")]);
    const at = to.node("Where", [isLeftOut, to.scalar(attrs.numSegments, "int32"), flat]);
    const sums = to.node("ScatterND", [zeros, to.cast(at, "int64"), to.reshape(to.get(x!), [rows, ...rest])], {
      reduction: str("add"),
    });
    to.set(output, to.node("Slice", [sums, to.int64s([0]), to.int64s([attrs.numSegments]), to.int64s([0])]));
  },
});
