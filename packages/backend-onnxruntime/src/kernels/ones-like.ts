import { type Kernel, kernel } from "../graph/kernel.ts";
import { filled } from "./fill.ts";

export const onesLike: Kernel = kernel({
  inputs: ["x"],
  infer: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  lower: (to, call) => filled(to, call, 1),
});
