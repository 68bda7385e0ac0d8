import { int } from "@lookonce/onnx";
import type { Kernels } from "../graph/kernel.ts";
import { dimOf } from "../graph/value.ts";

export const topKKernels: Kernels<"SearchSorted" | "TopK"> = {
  /** How many elements of its sorted row are below each value (`left`), or not above it (`right`). */
  SearchSorted: {
    infer: ({ values }) => ({ shape: values.shape, dtype: "int32" }),
    lower(to, { inputs: { sortedSequence, values }, attrs, output }) {
      const rows = dimOf(sortedSequence, 0);
      const row = to.reshape(to.get(sortedSequence), [rows, 1, dimOf(sortedSequence, 1)]);
      const column = to.reshape(to.get(values), [rows, dimOf(values, 1), 1]);
      const isBefore = to.node(attrs.side === "left" ? "Less" : "LessOrEqual", [row, column]);
      to.set(output, to.node("ReduceSum", [to.cast(isBefore, "int32"), to.int64s([2])], { keepdims: int(0) }));
    },
  },
  /** The k largest elements of the last axis, largest first, and their indices; equal ones in the order of index. */
  TopK: {
    infer({ x }, { k }) {
      const shape = [...x.shape.slice(0, -1), k];
      return [
        { shape, dtype: x.dtype },
        { shape, dtype: "int32" },
      ];
    },
    lower(to, { inputs: { x }, attrs: { k }, outputs }) {
      const attributes = { axis: int(-1), largest: int(1), sorted: int(1) };
      const [values, indices] = to.pair("TopK", [to.get(x), to.int64s([k])], attributes);
      to.set(outputs[0], values);
      to.set(outputs[1], to.cast(indices, "int32"));
    },
  },
};
