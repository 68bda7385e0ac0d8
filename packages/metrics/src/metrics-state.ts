import { LookonceError } from "@lookonce/errors";

/**
 * What metrics gathered of some images, by name: enough to score them together with others elsewhere. Numbers are exact, so
 * that scores of merged states are those of one measurement.
 */
export type MetricsState = Readonly<Record<string, Float32Array | Float64Array | Int32Array | Uint8Array>>;

/** Adds counts of other images. @throws LookonceError `ARGUMENT` for counts of another number of classes */
export function addCounts(counts: Float64Array, others: MetricsState[string] | undefined): void {
  if (others?.length !== counts.length) {
    throw new LookonceError(
      "ARGUMENT",
      `the metrics to merge have ${others?.length ?? 0} counts where ${counts.length} are expected: merge metrics of the same classes.`,
    );
  }
  for (const [i, count] of others.entries()) counts[i] = (counts[i] ?? 0) + count;
}
