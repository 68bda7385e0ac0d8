import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const logicalNot: Kernel = unary((to, x) => to.node("Not", [x]), "bool");
