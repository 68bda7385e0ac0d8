import { unary } from "../families/elementwise.ts";

export const selu = unary((to, x) => to.node("Selu", [x]));
