import type { Job } from "../job.ts";
import type { FromJob, JobTask, Outcome } from "../worker/messages.ts";

/** How a job ended: with its outcome, unless something else ended it, which `exit` says for people. */
export interface JobEnd {
  outcome?: Outcome;
  exit: string;
  /** Whether somebody canceled it elsewhere. */
  isCanceled?: boolean;
  /** Whether it goes on, and only nobody of this service listens any more. */
  isLeft?: boolean;
}

/** Who hears of a job that was started. */
export interface JobListener {
  /** Called when it begins to compute; more than once, where it starts again elsewhere. @param where machine, unless this one */
  started(where?: string): void;
  /** Called when it waits again, by no fault of its own: its worker was stopped. */
  returned(reason: string): void;
  /** Called with where the next start of the service is to listen on, where the job outlives this one. */
  heard(at: string): void;
  message(message: Exclude<FromJob, Outcome>): void;
  /** Called with each line that it printed: of native libraries, or of an error that nobody expected. */
  output(line: string): void;
  ended(end: JobEnd): void;
}

/** A job that computes, or waits for that, somewhere. */
export interface RunningJob {
  /** Asks it to save what it has and end, and kills it when it has not after so many milliseconds. */
  stop(grace: number): void;
  /** Lets go of it as the service ends: stops it where it cannot go on without the service. */
  leave(grace: number): void;
}

/** Where jobs compute: in processes of the service, or with workers of a queue. */
export interface JobRunner {
  /** Whether jobs go on while no service runs, so that the next one only listens again. */
  readonly outlivesService: boolean;
  start(job: Job, task: JobTask, listener: JobListener): RunningJob;
  /** Ends what was opened for it, after all jobs were left. */
  close(): Promise<void>;
}
