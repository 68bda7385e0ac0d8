import { binary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const pow: Kernel = binary((to, a, b) => to.node("Pow", [a, b]));
