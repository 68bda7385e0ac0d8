import { unary } from "../families/elementwise.ts";

export const rsqrt = unary((to, x) => to.node("Reciprocal", [to.node("Sqrt", [x])]));
