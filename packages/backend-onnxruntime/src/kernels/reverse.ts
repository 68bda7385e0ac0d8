import { type ReverseAttrs, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const reverse: Kernel = kernel<ReverseAttrs>({
  inputs: ["x"],
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  lower(to, { inputs, attrs, output }) {
    const x = inputs[0]!;
    const axes = util.parseAxisParam(attrs.dims, x.shape as number[]);
    if (x.shape.length === 0 || axes.length === 0) {
      to.set(output, to.get(x));
      return;
    }
    const name = to.node("Slice", [
      to.get(x),
      to.int64s(axes.map(() => -1)),
      to.int64s(axes.map((axis) => -x.shape[axis]! - 1)),
      to.int64s(axes),
      to.int64s(axes.map(() => -1)),
    ]);
    to.set(output, name);
  },
});
