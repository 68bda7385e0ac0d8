import { unary } from "../families/elementwise.ts";

export const logicalNot = unary((to, x) => to.node("Not", [x]), "bool");
