import type { DataType } from "@tensorflow/tfjs-core";
import { reduction } from "../families/reduction.ts";
import type { Kernel } from "../graph/kernel.ts";

const numeric = (dtype: DataType): DataType => (dtype === "bool" ? "int32" : dtype);

export const sum: Kernel = reduction("ReduceSum", { result: numeric });
export const prod: Kernel = reduction("ReduceProd", { result: numeric });
export const max: Kernel = reduction("ReduceMax", { keepsNan: true });
export const min: Kernel = reduction("ReduceMin", { keepsNan: true });

/** The mean; of whole numbers too it is a fraction. */
export const mean: Kernel = reduction("ReduceMean", { result: () => "float32" });

export const all: Kernel = reduction("ReduceMin", { result: () => "bool" });
export const any: Kernel = reduction("ReduceMax", { result: () => "bool" });
