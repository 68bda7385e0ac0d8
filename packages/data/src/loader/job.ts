import type { Batch } from "../batch.ts";
import type { LoadingForm } from "../load-size.ts";
import type { BatchPlan } from "../rectangular.ts";
import type { AugmentSettings } from "./augment-settings.ts";
import type { DiskCacheSettings } from "./cache/disk-cache.ts";
import type { MemoryLayout } from "./cache/memory-cache.ts";
import type { EntryTable } from "./entry-table.ts";

/** What every thread that makes batches knows from the start. Threads share the memory of its arrays. */
export interface LoaderJob {
  entries: EntryTable;
  form: LoadingForm;
  /** Key of the source of random numbers. */
  randomKey: string;
  memory?: MemoryLayout;
  disk?: DiskCacheSettings;
  /** Address of a module with the user's transforms. */
  transforms?: string;
}

/** One batch to make. */
export interface BatchTask {
  /** Tells it from all others of its loader. */
  id: number;
  epoch: number;
  plan: BatchPlan;
  augment?: AugmentSettings;
  /** One number in shared memory that is not 0 once the batch is no longer wanted. */
  canceled: Int32Array;
}

/** An image that could not be read. */
export interface DamagedImage {
  index: number;
  reason: string;
}

/** What came of a task. */
export interface MadeBatch {
  /** Absent when none of its images can be read, or the task was canceled. */
  batch?: Batch;
  damaged: DamagedImage[];
  /** Lines for people. */
  notices: string[];
}

/** Makes batches, here or in workers. */
export interface BatchMakers {
  /** @throws whatever making the batch threw */
  run(task: BatchTask): Promise<MadeBatch>;
  /** Ends what is under way, without waiting for its results, and frees the threads. */
  dispose(): Promise<void>;
}
