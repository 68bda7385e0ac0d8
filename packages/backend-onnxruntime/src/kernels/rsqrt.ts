import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const rsqrt: Kernel = unary((to, x) => to.node("Reciprocal", [to.node("Sqrt", [x])]));
