import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const square: Kernel = unary((to, x) => to.node("Mul", [x, x]));
