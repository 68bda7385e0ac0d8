import type { DeviceName } from "@lookonce/config";
import type { StorageRef } from "@lookonce/queue";
import type { Tracing } from "@lookonce/telemetry";

/** What is wrong with the jobs of a service, in sentences for people; predictions go on. */
export interface JobHealth {
  /** Of a database that was damaged when the service started. */
  damage?: string;
  /** Why nothing is written at the moment. */
  fault?: string;
}

/** A queue whose workers carry out a service's jobs. */
export interface QueueSettings {
  /** Address of the Redis. */
  url: string;
  /** What service and workers share. */
  storage: StorageRef;
}

/** Options of the jobs, runs and data sets of a service. */
export interface JobsOptions {
  /** Folder that trainings, validations and exports are written to, and that runs are shown from. */
  runsRoot: string;
  /** Folders that data set files are taken from. */
  dataRoots: readonly string[];
  /** Folders that models are taken from; those of the runs are taken, too. */
  modelRoots: readonly string[];
  /** The path of a model that the service has loaded, from wherever, by its name in requests. */
  modelPath?: (name: string) => string | undefined;
  /** File in which jobs and their events are kept, so that a service that was stopped or killed knows them. */
  database: string;
  /** Where jobs are handed over to (default: they run in processes of the service). */
  queue?: QueueSettings;
  /** Jobs that run at a time (default 1); others wait. A queue's workers have their own limits. */
  concurrency?: number;
  /** Jobs that may wait (default 100). */
  maxQueued?: number;
  /** Where jobs compute (default `cpu`). */
  device?: DeviceName | "auto";
  /** Processor threads of a job (default: ONNX Runtime's choice, one a core). */
  threads?: number;
  /** How far jobs step back behind everything else on the processor: 0, not at all, to 19, as far as can be (default 10). */
  niceness?: number;
  /** Seconds that a job which is asked to stop has to save itself, before its process is killed (default 30). */
  grace?: number;
  /** Starts without a checkpoint between them after which a job counts as failed (default 3). */
  maxFruitless?: number;
  /** Seconds without events after which an event stream sends a comment (default 15). */
  heartbeat?: number;
  /** Where spans of jobs go (default: nowhere). */
  tracing?: Tracing;
  /** Is filled with what is wrong, as long as it is. */
  health?: JobHealth;
}
