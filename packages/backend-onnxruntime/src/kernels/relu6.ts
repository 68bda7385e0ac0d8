import { unary } from "../families/elementwise.ts";
import type { Kernel } from "../graph/kernel.ts";

export const relu6: Kernel = unary((to, x, _, dtype) => to.node("Clip", [x, to.scalar(0, dtype), to.scalar(6, dtype)]));
