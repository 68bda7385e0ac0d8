import type { OneHotAttrs } from "@tensorflow/tfjs-core";
import { choose } from "../families/choice.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** Rows of `offValue` with `onValue` at the index; an index out of range gives a row without it. */
export const oneHot: Kernel = kernel<OneHotAttrs>({
  inputs: ["indices"],
  infer: ([indices], { depth, dtype }) => ({ shape: [...indices!.shape, depth], dtype: dtype ?? "float32" }),
  lower(to, { inputs, attrs, output }) {
    const indices = inputs[0]!;
    // ONNX's OneHot wraps negative indices around, which tfjs does not: compare with the class numbers instead.
    const classes = to.constant(
      "int32",
      Int32Array.from({ length: attrs.depth }, (_, i) => i),
    );
    const column = to.node("Unsqueeze", [to.get(indices), to.int64s([indices.shape.length])]);
    const isClass = to.node("Equal", [column, classes]);
    const dtype = output.dtype;
    to.set(
      output,
      choose(to, dtype, {
        condition: isClass,
        yes: to.scalar(attrs.onValue, dtype),
        no: to.scalar(attrs.offValue, dtype),
      }),
    );
  },
});
