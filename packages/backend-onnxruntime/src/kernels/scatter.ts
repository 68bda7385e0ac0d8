import { str } from "@lookonce/onnx";
import type { Kernels } from "../graph/kernel.ts";
import type { Lowering } from "../graph/lowering.ts";
import { dimOf, sizeOf, type Value } from "../graph/value.ts";

export const scatterKernels: Kernels<"ScatterNd" | "SparseToDense" | "TensorScatterUpdate" | "UnsortedSegmentSum"> = {
  /** Updates added into zeros at the positions in the last axis of `indices`. */
  ScatterNd: {
    infer: ({ updates }, { shape }) => ({ shape, dtype: updates.dtype }),
    lower(to, { inputs: { indices, updates }, attrs: { shape }, output }) {
      const zeros = to.node("Expand", [to.scalar(0, output.dtype), to.int64s(shape)]);
      const rows = scatterRows(to, { indices, updates, shape });
      to.set(output, to.node("ScatterND", [zeros, ...rows], { reduction: str("add") }));
    },
  },
  /** Values at their indices in a tensor that is full of the default. */
  SparseToDense: {
    infer: ({ sparseValues }, { outputShape }) => ({ shape: outputShape, dtype: sparseValues.dtype }),
    lower(to, { inputs: { sparseIndices: indices, sparseValues: updates, defaultValue }, output }) {
      const base = to.node("Expand", [to.reshape(to.get(defaultValue), []), to.int64s(output.shape)]);
      const rows = scatterRows(to, { indices, updates, shape: output.shape });
      to.set(output, to.node("ScatterND", [base, ...rows]));
    },
  },
  /** `tensor` with the rows at `indices` replaced by the updates. */
  TensorScatterUpdate: {
    infer: ({ tensor }) => tensor,
    lower(to, { inputs: { tensor, indices, updates }, output }) {
      const rows = scatterRows(to, { indices, updates, shape: tensor.shape });
      to.set(output, to.node("ScatterND", [to.get(tensor), ...rows]));
    },
  },
  /** Sums the rows of `x` by segment number; rows with a negative number are left out. */
  UnsortedSegmentSum: {
    infer: ({ x, segmentIds }, { numSegments }) => ({
      shape: [numSegments, ...x.shape.slice(segmentIds.shape.length)],
      dtype: x.dtype,
    }),
    lower(to, { inputs: { x, segmentIds }, attrs: { numSegments }, output }) {
      const rows = sizeOf(segmentIds.shape);
      const rest = output.shape.slice(1);
      // One segment more than asked for collects the rows that are left out.
      const zeros = to.node("Expand", [to.scalar(0, output.dtype), to.int64s([numSegments + 1, ...rest])]);
      const flat = to.reshape(to.get(segmentIds), [rows, 1]);
      const isLeftOut = to.node("Less", [flat, to.scalar(0, "int32")]);
      const at = to.node("Where", [isLeftOut, to.scalar(numSegments, "int32"), flat]);
      const updates = [to.cast(at, "int64"), to.reshape(to.get(x), [rows, ...rest])];
      const sums = to.node("ScatterND", [zeros, ...updates], { reduction: str("add") });
      to.set(output, to.node("Slice", [sums, to.int64s([0]), to.int64s([numSegments]), to.int64s([0])]));
    },
  },
};

/** The indices and updates of a scatter in ONNX's form: one row an update. tfjs's indices may be a plain vector. */
function scatterRows(
  to: Lowering,
  { indices, updates, shape }: { indices: Value; updates: Value; shape: readonly number[] },
): [string, string] {
  const sliceRank = indices.shape.length > 1 ? dimOf(indices, -1) : 1;
  const count = sizeOf(indices.shape) / Math.max(1, sliceRank);
  const at = to.cast(to.reshape(to.get(indices), [count, sliceRank]), "int64");
  const rowShape = [count, ...shape.slice(sliceRank)];
  const name = to.get(updates);
  const isShared = updates.shape.length === 0;
  return [at, isShared ? to.node("Expand", [name, to.int64s(rowShape)]) : to.reshape(name, rowShape)];
}
