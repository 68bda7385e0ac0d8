import { elementwise } from "../families/elementwise.ts";
import { type Kernel, kernel } from "../graph/kernel.ts";

export const identity: Kernel = kernel({
  inputs: ["x"],
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  lower: (to, call) => elementwise(to, call, ([x]) => x!),
});
