import { binary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const notEqual: Kernel = binary((to, a, b) => to.node("Not", [to.node("Equal", [a, b])]), "bool");
