import type { V8AugmentationHyp } from "@lookonce/augment";
import type { AugmentationHyp } from "@lookonce/config";
import type { ImageFit } from "@lookonce/image";
import type { Batch } from "../batch.ts";
import type { ResizeSpec } from "../load-size.ts";
import type { BatchPlan } from "../rectangular.ts";
import type { DiskCacheSettings } from "./cache/disk-cache.ts";
import type { MemoryLayout } from "./cache/memory-cache.ts";
import type { EntryTable } from "./entry-table.ts";
import type { LabelSpec } from "./label-targets.ts";

/** How images are augmented: by whose pipeline, with which hyper-parameters. Plain data, which can be sent to workers. */
export type AugmentSettings = { family: "v8"; hyp: V8AugmentationHyp } | { family: "v5"; hyp: AugmentationHyp };

/** The data of every thread that makes batches. Threads share the memory of its arrays. */
export interface LoaderJob {
  entries: EntryTable;
  labels: LabelSpec;
  form: ResizeSpec;
  /** Whether batches are rectangular, so that augmentation mixes no images. */
  rect: boolean;
  /** How images that are not augmented come to their batch's size. */
  fit: ImageFit;
  /** Key of the source of random numbers. */
  randomKey: string;
  memory: MemoryLayout | undefined;
  disk: DiskCacheSettings | undefined;
  /** Address of a module with the user's transforms. */
  transforms: string | undefined;
}

export interface BatchTask {
  epoch: number;
  plan: BatchPlan;
  augment: AugmentSettings | undefined;
}

export interface DamagedImage {
  index: number;
  reason: string;
}

export interface MadeBatch {
  /** Absent when none of its images can be read, or the task was aborted. */
  batch?: Batch;
  damaged: DamagedImage[];
  /** Lines for people. */
  notices: string[];
}

/** Tasks of a loader's worker threads. */
export interface LoaderTasks {
  makeBatch: { request: BatchTask; response: MadeBatch };
}

/** Makes batches, in this thread or in workers. */
export interface BatchMakers {
  /** @throws whatever making the batch threw */
  run(task: BatchTask, signal: AbortSignal): Promise<MadeBatch>;
  /** Ends the worker threads. */
  dispose(): Promise<void>;
}
