import { LookonceError } from "@lookonce/errors";
import { WorkerLostError, WorkerPool } from "@lookonce/worker-pool";
import type { BatchMakers, BatchTask, LoaderJob, LoaderTasks, MadeBatch } from "./job.ts";
import { workerAddress } from "./worker-address.ts";

/** Makes batches in worker threads. A batch whose worker dies is made once more. */
export class BatchWorkers implements BatchMakers {
  readonly #pool: WorkerPool<LoaderTasks>;
  readonly #nameOf: (task: BatchTask) => string;

  /** @param nameOf names a task's images in errors */
  constructor(job: LoaderJob, maxWorkers: number, nameOf: (task: BatchTask) => string) {
    this.#pool = new WorkerPool({ program: workerAddress, name: "lookonce loader", workerData: job, maxWorkers });
    this.#nameOf = nameOf;
  }

  async run(task: BatchTask, signal: AbortSignal): Promise<MadeBatch> {
    try {
      return await this.#pool.run("makeBatch", task, { signal });
    } catch (error) {
      if (!(error instanceof WorkerLostError)) throw error;
      const { cause } = error;
      throw new LookonceError(
        "DATA",
        `A loader's worker died twice while it made a batch of ${this.#nameOf(task)}: ${cause.message}. Leave these images or the transforms out, or set workers: 0 to see where it happens.`,
        { cause },
      );
    }
  }

  dispose(): Promise<void> {
    return this.#pool.dispose();
  }
}
