import { reduction } from "../families/reduction.ts";
import type { Kernel } from "../graph/kernel.ts";

export const sum: Kernel = reduction("ReduceSum");
export const prod: Kernel = reduction("ReduceProd");
export const max: Kernel = reduction("ReduceMax");
export const min: Kernel = reduction("ReduceMin");

/** The mean; of whole numbers too it is a fraction. */
export const mean: Kernel = reduction("ReduceMean", {
  result: "float32",
  before: (to, x, dtype) => (dtype === "float32" ? x : to.cast(x, "float32")),
});

export const all: Kernel = reduction("ReduceMin", {
  result: "bool",
  before: (to, x) => to.cast(x, "int32"),
  after: (to, x) => to.cast(x, "bool"),
});

export const any: Kernel = reduction("ReduceMax", {
  result: "bool",
  before: (to, x) => to.cast(x, "int32"),
  after: (to, x) => to.cast(x, "bool"),
});
