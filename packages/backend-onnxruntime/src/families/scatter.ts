import { scatter_util } from "@tensorflow/tfjs-core";
import type { Lowering } from "../graph/lowering.ts";
import type { Value } from "../graph/value.ts";

/** What a scatter reads, and the shape that it scatters into. */
export interface Scatter {
  indices: Value;
  updates: Value;
  shape: readonly number[];
}

/** The indices and updates of a scatter as ONNX wants them: one row an update. tfjs's indices may be a plain vector. */
export function scatterRows(to: Lowering, { indices, updates, shape }: Scatter): [string, string] {
  const { sliceRank, numUpdates } = scatter_util.calculateShapes(updates as never, indices as never, shape as number[]);
  const at = to.cast(to.reshape(to.get(indices), [numUpdates, sliceRank]), "int64");
  const rowShape = [numUpdates, ...shape.slice(sliceRank)];
  const isShared = updates.shape.length === 0;
  const rows = isShared
    ? to.node("Expand", [to.get(updates), to.int64s(rowShape)])
    : to.reshape(to.get(updates), rowShape);
  return [at, rows];
}
