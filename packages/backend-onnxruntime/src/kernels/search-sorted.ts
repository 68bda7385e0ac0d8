import { int } from "@lookonce/onnx";
import type { SearchSortedAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** How many elements of its sorted row are below each value (`left`), or not above it (`right`). */
export const searchSorted: Kernel = kernel<SearchSortedAttrs>({
  inputs: ["sortedSequence", "values"],
  infer: ([, values]) => ({ shape: values!.shape, dtype: "int32" }),
  lower(to, { inputs, attrs, output }) {
    const [sorted, values] = inputs;
    const [rows, size] = sorted!.shape as [number, number];
    const row = to.reshape(to.get(sorted!), [rows, 1, size]);
    const column = to.reshape(to.get(values!), [rows, values!.shape[1]!, 1]);
    const isBefore = to.node(attrs.side === "left" ? "Less" : "LessOrEqual", [row, column]);
    to.set(output, to.node("ReduceSum", [to.cast(isBefore, "int32"), to.int64s([2])], { keepdims: int(0) }));
  },
});
