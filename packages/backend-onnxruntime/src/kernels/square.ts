import { unary } from "../families/elementwise.ts";

export const square = unary((to, x) => to.node("Mul", [x, x]));
