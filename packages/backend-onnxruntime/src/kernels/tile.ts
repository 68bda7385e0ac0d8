import type { TileAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const tile: Kernel = kernel<TileAttrs>({
  inputs: ["x"],
  infer: ([x], { reps }) => ({ shape: x!.shape.map((dim, i) => dim * reps[i]!), dtype: x!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const x = inputs[0]!;
    const scalar = to.uniform(x);
    if (scalar !== undefined) to.setUniform(output, scalar);
    else if (x.shape.every((dim, i) => dim === 1 || attrs.reps[i] === 1)) {
      to.set(output, to.node("Expand", [to.get(x), to.int64s(output.shape)]));
    } else to.set(output, to.node("Tile", [to.get(x), to.int64s(attrs.reps)]));
  },
});
