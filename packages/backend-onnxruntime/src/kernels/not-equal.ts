import { binary } from "../families/elementwise.ts";

export const notEqual = binary((to, a, b) => to.node("Not", [to.node("Equal", [a, b])]), "bool");
