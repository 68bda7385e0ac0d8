import { LookonceError } from "@lookonce/errors";
import type { Kernels } from "../graph/kernel.ts";

export const collectiveKernels: Kernels<"AllReduce"> = {
  /** Steps are cut at these calls, so that none is left in a graph. */
  AllReduce: {
    infer: ({ x }) => x,
    lower() {
      throw new LookonceError(
        "ARGUMENT",
        "a sum over ranks is computed outside of a recorded step, or in one without a function that computes such sums",
      );
    },
  },
};
