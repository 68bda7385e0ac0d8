import { unary } from "../families/elementwise.ts";

export const relu6 = unary((to, x, _, dtype) => to.node("Clip", [x, to.scalar(0, dtype), to.scalar(6, dtype)]));
