import { scatterRows } from "../families/scatter.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

/** `tensor` with the rows that `indices` name replaced by the updates. */
export const tensorScatterUpdate: Kernel = kernel({
  inputs: ["tensor", "indices", "updates"],
  infer: ([tensor]) => ({ shape: tensor!.shape, dtype: tensor!.dtype }),
  lower(to, { inputs, output }) {
    const [tensor, indices, updates] = inputs;
    const rows = scatterRows(to, { indices: indices!, updates: updates!, shape: tensor!.shape });
    to.set(output, to.node("ScatterND", [to.get(tensor!), ...rows]));
  },
});
