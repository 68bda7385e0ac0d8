import { LookonceError } from "@lookonce/errors";

/** How {@link Communicator.allReduce} combines numbers. */
export interface ReduceSettings {
  /** Default `"sum"`. */
  op?: "sum" | "max" | "min";
  /** Move the numbers in half precision: half the bytes, sums accurate to three digits. For sums of Float32Array only. */
  half?: boolean;
}

/**
 * How the ranks of one training exchange numbers: processes that compute the same step on different images.
 *
 * Every rank calls the same collectives with the same lengths in the same order; several may be pending. They do not block
 * the event loop. All ranks get the same bits.
 *
 * @throws {RankLostError} from any collective, when ranks do not arrive within the timeout; no further one succeeds then
 */
export interface Communicator {
  /** Number of this rank, from 0. */
  readonly rank: number;
  /** Number of ranks. */
  readonly size: number;
  /** The machine of each rank, by rank. */
  readonly hosts: readonly string[];
  /** Seconds during which a collective was pending: waiting for other ranks and moving data. */
  readonly seconds: number;
  /** Combines numbers of all ranks, in place. `data` must not change until it resolves. */
  allReduce(data: Float32Array | Float64Array, settings?: ReduceSettings): Promise<void>;
  /** Returns the bytes of every rank, by rank; lengths may differ. */
  allGather(bytes: Uint8Array): Promise<Uint8Array[]>;
  /** Returns the bytes of rank `root`, default 0, on all ranks; those of the others are not used. */
  broadcast(bytes: Uint8Array | undefined, root?: number): Promise<Uint8Array>;
  /** Waits for all ranks. */
  barrier(): Promise<void>;
  /** Ends orderly, when all ranks do. Without waiting for them after a rank was lost; collectives of ranks that go on reject. */
  close(): Promise<void>;
  /**
   * Ends all ranks after a fault of this one, which others would wait for: under MPI their processes, this one included.
   *
   * @param exitCode of the processes, default 1
   */
  abort(exitCode?: number): Promise<void>;
}

/** Which of the ranks on its machine a rank is, and how many those are: they share its cores. */
export function localRanks({ rank, hosts }: Pick<Communicator, "rank" | "hosts">): { index: number; count: number } {
  const isHere = (host: string): boolean => host === hosts[rank];
  return { index: hosts.slice(0, rank).filter(isHere).length, count: hosts.filter(isHere).length };
}

/** Ranks died, hang or cannot be reached: the training can be resumed from its last checkpoint. */
export class RankLostError extends LookonceError {
  /** Those known to be missing. */
  readonly ranks: readonly number[];

  constructor(message: string, ranks: readonly number[]) {
    super("LOST", message);
    this.ranks = ranks;
  }
}
