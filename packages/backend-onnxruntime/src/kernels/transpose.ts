import type { TransposeAttrs } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const transpose: Kernel = kernel<TransposeAttrs>({
  inputs: ["x"],
  infer: ([x], { perm }) => ({ shape: perm.map((axis) => x!.shape[axis]!), dtype: x!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const x = inputs[0]!;
    if (x.shape.length === 4 && to.isChannelsFirst(x)) {
      // Transposing the channels-first form at once saves one of two transpositions.
      const place = [0, 2, 3, 1];
      to.set(
        output,
        to.transpose(
          to.getChannelsFirst(x),
          attrs.perm.map((axis) => place[axis]!),
        ),
      );
    } else {
      to.set(output, to.transpose(to.get(x), attrs.perm));
    }
  },
});
