import { binary } from "../families/elementwise.ts";

export const pow = binary((to, a, b) => to.node("Pow", [a, b]));
