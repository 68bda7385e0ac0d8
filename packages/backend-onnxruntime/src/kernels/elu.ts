import { unary } from "../families/elementwise.ts";

export const elu = unary((to, x) => to.node("Elu", [x]));
