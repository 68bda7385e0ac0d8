import { str, type TensorType } from "@lookonce/onnx";
import type { ScatterNdAttrs } from "@tensorflow/tfjs-core";
import { scatterRows } from "../families/scatter.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { hostArray } from "../graph/value.ts";

/** Updates added into zeros at the positions that the last axis of `indices` gives. */
export const scatterNd: Kernel = kernel<ScatterNdAttrs>({
  inputs: ["indices", "updates"],
  infer: ([, updates], { shape }) => ({ shape, dtype: updates!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const [indices, updates] = inputs;
    const zero = to.constant(output.dtype as TensorType, hostArray(output.dtype, [0]), []);
    const zeros = to.node("Expand", [zero, to.int64s(attrs.shape)]);
    const rows = scatterRows(to, { indices: indices!, updates: updates!, shape: attrs.shape });
    to.set(output, to.node("ScatterND", [zeros, ...rows], { reduction: str("add") }));
  },
});
