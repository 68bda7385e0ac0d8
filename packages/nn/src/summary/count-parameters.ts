import type { Module } from "../module.ts";

/** Parameters of a module and all within it, fixed ones too. */
export function countParameters(module: Module): number {
  return [...module.parameterSlots().values()].reduce((sum, parameter) => sum + parameter.size, 0);
}
