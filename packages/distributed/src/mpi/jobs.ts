import type { ErrorCode } from "@lookonce/errors";
import type { MpiFamily } from "./launched-by.ts";

/** What the worker thread that owns MPI is started with. */
export interface RankWorkerData {
  library: string;
  family: MpiFamily;
  /** Seconds. */
  timeout: number;
  /** One number that changes when jobs were sent. */
  signal: Int32Array<SharedArrayBuffer>;
}

/** Numbers to combine; the result is written to the same memory. */
export interface ReduceJob {
  kind: "allReduce";
  data: Float32Array<SharedArrayBuffer> | Float64Array<SharedArrayBuffer>;
  op: "sum" | "max" | "min";
  half: boolean;
}

export type CollectiveJob =
  | ReduceJob
  | { kind: "allGather"; bytes: Uint8Array }
  | { kind: "broadcast"; bytes: Uint8Array | undefined; root: number }
  | { kind: "barrier" };

/** Orders are answered in their order, but for `abort`, which ends the process. */
export type Order = CollectiveJob | { kind: "close" } | { kind: "abort"; exitCode: number };

/** Who takes part, once MPI has started. */
export interface Members {
  rank: number;
  hosts: string[];
}

export interface Failure {
  code: ErrorCode;
  message: string;
  /** Set for a loss of ranks. */
  lost?: number[];
}

/** The first answer is `Members`; the others belong to orders. */
export type Answer = { value: Members | Uint8Array[] | Uint8Array | undefined } | { failure: Failure };
