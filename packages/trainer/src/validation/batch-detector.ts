import type { Batch } from "@lookonce/data";

/** Numbers and their shape, row-major. */
export interface Numbers {
  data: Float32Array;
  shape: readonly number[];
}

/** What a network says of a batch. */
export interface BatchPrediction {
  /** [N, A, channels], as `nonMaxSuppression` takes it. */
  decoded: Numbers;
  /** The raw maps of the levels, as losses take them; empty where they were not asked for. */
  raw: Numbers[];
  /** Milliseconds before the network ran: turning pixels into numbers, compiling for a new size. */
  preparing: number;
  /** Milliseconds of the network. */
  computing: number;
}

/** A model, ready to look at batches. */
export interface BatchDetector {
  detect(batch: Pick<Batch, "images" | "count" | "height" | "width">): Promise<BatchPrediction>;
  dispose(): Promise<void>;
}
