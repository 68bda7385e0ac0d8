import type { SparseToDenseAttrs } from "@tensorflow/tfjs-core";
import { scatterRows } from "../families/scatter.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** Values placed at their indices in a tensor that is full of the default. */
export const sparseToDense: Kernel = kernel<SparseToDenseAttrs>({
  inputs: ["sparseIndices", "sparseValues", "defaultValue"],
  infer: ([, values], { outputShape }) => ({ shape: outputShape, dtype: values!.dtype }),
  lower(to, { inputs, output }) {
    const [indices, updates, fallback] = inputs;
    const scalar = to.reshape(to.get(fallback!), []);
    const base = to.node("Expand", [scalar, to.int64s(output.shape)]);
    const rows = scatterRows(to, { indices: indices!, updates: updates!, shape: output.shape });
    to.set(output, to.node("ScatterND", [base, ...rows]));
  },
});
