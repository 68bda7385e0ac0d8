import { int } from "@lookonce/onnx";
import type { TopKAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** The k largest elements of the last axis, largest first, and their indices; equal ones in the order of index. */
export const topK: Kernel = kernel<TopKAttrs>({
  inputs: ["x"],
  infer([x], { k }) {
    const shape = [...x!.shape.slice(0, -1), k];
    return [
      { shape, dtype: x!.dtype },
      { shape, dtype: "int32" },
    ];
  },
  lower(to, { inputs, attrs, outputs }) {
    const [values, indices] = to.graph.multi(
      "TopK",
      [to.get(inputs[0]!), to.int64s([attrs.k])],
      {
        axis: int(-1),
        largest: int(1),
        sorted: int(1),
      },
      { outputs: 2 },
    );
    to.set(outputs[0]!, values!);
    to.set(outputs[1]!, to.cast(indices!, "int32"));
  },
});
