import { type Kernel, kernel } from "../graph/kernel.ts";
import { reversed } from "./reverse.ts";

/** Images mirrored left to right. */
export const flipLeftRight: Kernel = kernel({
  inputs: ["image"],
  infer: ([image]) => ({ shape: image!.shape, dtype: image!.dtype }),
  lower: (to, { inputs, output }) =>
    to.set(output, reversed(to, to.get(inputs[0]!), { shape: output.shape, axes: [2] })),
});
