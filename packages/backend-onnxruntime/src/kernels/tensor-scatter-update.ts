import { type Kernel, kernel } from "../graph/kernel.ts";

export const tensorScatterUpdate: Kernel = kernel({
  inputs: ["tensor", "indices", "updates"],
  infer: ([tensor]) => ({ shape: tensor!.shape, dtype: tensor!.dtype }),
  lower(to, { inputs, output }) {
    const [tensor, indices, updates] = inputs;
    const at = to.cast(to.get(indices!), "int64");
    to.set(output, to.node("ScatterND", [to.get(tensor!), at, to.get(updates!)]));
  },
});
