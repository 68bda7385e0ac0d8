import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const selu: Kernel = unary((to, x) => to.node("Selu", [x]));
