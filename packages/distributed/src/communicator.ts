/** How the ranks of one training, processes that compute the same step on different images, talk to one another. */
export interface Communicator {
  /** Number of this rank, from 0. */
  readonly rank: number;
  /** How many ranks there are. */
  readonly size: number;
  /**
   * Combines numbers of all ranks, in place. Every rank calls it with the same lengths in the same order; the event loop goes on.
   *
   * @param settings.op how; the sum when not given
   * @param settings.half move the numbers in half precision
   */
  allReduce(
    data: Float32Array | Float64Array,
    settings?: { op?: "sum" | "max" | "min"; half?: boolean },
  ): Promise<void>;
  /** Bytes of every rank, by rank; lengths may differ. */
  allGather(bytes: Uint8Array): Promise<Uint8Array[]>;
  /** Bytes of one rank, for all; the others give none. */
  broadcast(bytes: Uint8Array | undefined, root?: number): Promise<Uint8Array>;
  /** Waits for all ranks. */
  barrier(): Promise<void>;
  /** Seconds spent in collectives so far. */
  readonly seconds: number;
  close(): Promise<void>;
}
