import type { RunInfo } from "./callbacks.ts";

/** Batches that are drawn of a kind. */
const count = 3;

/**
 * The batches of a training that are drawn, counted from its start: the first three and, where mosaics end before the
 * training does, the first three without them (YOLOv8 8.3).
 */
export function drawnIterations({
  epochs,
  iterations,
  recipe: { close_mosaic: closeMosaic },
}: Pick<RunInfo, "epochs" | "iterations" | "recipe">): Set<number> {
  const starts = closeMosaic > 0 && closeMosaic < epochs ? [0, (epochs - closeMosaic) * iterations] : [0];
  return new Set(starts.flatMap((start) => Array.from({ length: count }, (_, i) => start + i)));
}
