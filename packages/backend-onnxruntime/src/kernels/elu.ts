import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const elu: Kernel = unary((to, x) => to.node("Elu", [x]));
