import { binary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

/** Division. Of whole numbers too it gives fractions, as tfjs has it; the kernel's callers cast. */
export const realDiv: Kernel = binary((to, a, b) => to.node("Div", [a, b]));
