import { LookonceError } from "@lookonce/errors";
import type { ResolvedSettings, TrainSettings } from "../train-options.ts";
import type { Ranks } from "./ranks.ts";

/** Settings of a training that only several ranks have; of one rank none, so that its files are what they always were. */
export function rankSettings(
  { size }: Pick<Ranks, "size">,
  { syncBn = false, halfGradients = false }: Pick<TrainSettings, "syncBn" | "halfGradients">,
): Pick<ResolvedSettings, "ranks" | "syncBn" | "halfGradients"> {
  return size === 1 ? {} : { ranks: size, syncBn, halfGradients };
}

/** @throws LookonceError `ARGUMENT` for a batch that does not have an image for every rank */
export function checkShares({ batch }: Pick<ResolvedSettings, "batch">, { size }: Pick<Ranks, "size">): void {
  if (batch >= size) return;
  throw new LookonceError(
    "ARGUMENT",
    `batch ${batch} is shared by ${size} ranks, which need an image each: set batch to at least ${size}, or start fewer ranks.`,
  );
}

/** Describes that a training is resumed with another number of ranks, which may change its result. */
export function describeOtherRanks(
  { ranks: before = 1, batch, syncBn }: Pick<ResolvedSettings, "ranks" | "batch" | "syncBn">,
  { size }: Pick<Ranks, "size">,
): string | undefined {
  if (before === size) return undefined;
  const differs =
    syncBn === true ? "results differ by roundings" : "BatchNorm sees other shares of a batch, so that results differ";
  const count = (ranks: number): string => `${ranks} ${ranks === 1 ? "rank" : "ranks"}`;
  return `resumed with ${count(size)}, before with ${count(before)}: batches are still of ${batch} images, ${differs}`;
}
