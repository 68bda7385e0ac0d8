import type { LayerSummary } from "../api/types.ts";

/** The layers that a layer reads, by their indices; the image is -1. */
export function sourcesOf({ index, from }: LayerSummary): number[] {
  return [from].flat().map((source) => (source < 0 ? index + source : source));
}

/** Output shapes of a layer; a head has one for each level. */
export function levelsOf({ shape }: LayerSummary): number[][] {
  return (Array.isArray(shape[0]) ? shape : [shape]) as number[][];
}
