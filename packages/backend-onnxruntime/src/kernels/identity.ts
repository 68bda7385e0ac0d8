import { elementwise } from "../families/elementwise.ts";
import { kernel } from "../graph/kernel.ts";

export const identity = kernel({
  inputs: ["x"],
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  lower: (to, call) => elementwise(to, call, ([x]) => x!),
});
