import { backend_util, type SplitVAttrs, util } from "@tensorflow/tfjs-core";
import { type Kernel, kernel } from "../graph/kernel.ts";
import { slicePart } from "./slice.ts";

export const splitV: Kernel = kernel<SplitVAttrs>({
  inputs: ["x"],
  infer([x], { numOrSizeSplits, axis }) {
    const [at] = util.parseAxisParam(axis, x!.shape as number[]);
    const sizes = backend_util.prepareSplitSize(x as never, numOrSizeSplits, at!);
    return sizes.map((size) => ({ shape: x!.shape.map((dim, i) => (i === at ? size : dim)), dtype: x!.dtype }));
  },
  lower(to, { inputs, attrs, outputs }) {
    const x = inputs[0]!;
    const [axis] = util.parseAxisParam(attrs.axis, x.shape as number[]);
    let start = 0;
    for (const output of outputs) {
      slicePart(
        to,
        x,
        x.shape.map((_, i) => (i === axis ? start : 0)),
        output,
      );
      start += output.shape[axis!]!;
    }
  },
});
