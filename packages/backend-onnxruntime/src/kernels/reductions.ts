import { reduction } from "../families/reduction.ts";

export const sum = reduction("ReduceSum");
export const prod = reduction("ReduceProd");
export const max = reduction("ReduceMax");
export const min = reduction("ReduceMin");

/** The mean; of whole numbers too it is a fraction. */
export const mean = reduction("ReduceMean", {
  result: "float32",
  before: (to, x, dtype) => (dtype === "float32" ? x : to.cast(x, "float32")),
});

export const all = reduction("ReduceMin", {
  result: "bool",
  before: (to, x) => to.cast(x, "int32"),
  after: (to, x) => to.cast(x, "bool"),
});

export const any = reduction("ReduceMax", {
  result: "bool",
  before: (to, x) => to.cast(x, "int32"),
  after: (to, x) => to.cast(x, "bool"),
});
