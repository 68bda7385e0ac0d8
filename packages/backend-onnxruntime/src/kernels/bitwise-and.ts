import { binary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const bitwiseAnd: Kernel = binary((to, a, b) => to.node("BitwiseAnd", [a, b]));
