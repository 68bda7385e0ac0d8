import { createHash, randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { LookonceError } from "@lookonce/errors";
import type { JobKind, JobQueue, PartRecord, Priority, Storage } from "@lookonce/queue";
import { packageVersion } from "../checks/package-version.ts";

/** Where jobs are queued, and where their data and results are. */
export interface QueueOptions {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss://…`. */
  queue: string;
  /** A folder that all machines see, or `s3://bucket/prefix`. Default `queue` in the folder for results. */
  storage?: string | undefined;
  /** Of S3: an address other than Amazon's. */
  endpoint?: string | undefined;
  /** Before or after other jobs that wait. Default `normal`. */
  priority?: Priority | undefined;
}

/** Options of a run that is shared out. */
export interface SharedRunOptions extends QueueOptions {
  /** An earlier run whose results are to be fetched; it has to be of the same model, data and options. */
  job?: string | undefined;
  /** Ends the wait for results; the jobs stay. */
  signal?: AbortSignal | undefined;
  log?: ((line: string) => void) | undefined;
}

/** What the storage has of a run. */
interface RunFile {
  form: 1;
  kind: JobKind;
  /** Of its tasks. */
  digest: string;
  parts: number;
  /** Where results are merged, once that began. */
  directory?: string;
}

/** A run of jobs whose results are collected in order. */
export class QueueRun {
  readonly run: string;
  readonly storage: Storage;
  readonly #queue: JobQueue;
  readonly #options: SharedRunOptions;
  #file: RunFile;

  private constructor(queue: JobQueue, storage: Storage, options: SharedRunOptions, run: string, file: RunFile) {
    this.run = run;
    this.storage = storage;
    this.#queue = queue;
    this.#options = options;
    this.#file = file;
  }

  /**
   * Queues a run, or finds the one that `options.job` names.
   *
   * @param makeTasks makes the tasks of its jobs, once queue and storage are known to be there
   * @throws LookonceError when queue or storage cannot be used, or the earlier run is another
   */
  static async start(
    kind: JobKind,
    options: SharedRunOptions & { project: string },
    makeTasks: (storage: Storage) => Promise<readonly object[]>,
  ): Promise<QueueRun> {
    const { job, log = () => {}, priority } = options;
    const { queue, storage } = await openBoth(options);
    try {
      const tasks = await makeTasks(storage);
      const digest = createHash("sha256").update(JSON.stringify(tasks)).digest("hex");
      const run = job ?? `${kind}-${randomBytes(5).toString("hex")}`;
      const before = job === undefined ? undefined : await readRun(storage, job);
      if (before !== undefined && before.digest !== digest) {
        const message = `${job} was queued with another model, other data or other options: repeat its command as it was.`;
        throw new LookonceError("ARGUMENT", message);
      }
      const found = new QueueRun(
        queue,
        storage,
        options,
        run,
        before ?? { form: 1, kind, digest, parts: tasks.length },
      );
      if (before === undefined) await found.#save();
      const { ref } = storage;
      const jobs = tasks.map((task, part) => {
        return { form: 1, kind, run, part, parts: tasks.length, storage: ref, task: { ...task } } as const;
      });
      await queue.add(jobs, { priority });
      if (job !== undefined) await queue.retry(run);
      log(`queued as ${run}, ${tasks.length} parts; with job=${run} the same command fetches the results later`);
      const missing = await queue.describeMissingWorkers();
      if (missing !== undefined) log(missing);
      return found;
    } catch (error) {
      await queue.close();
      throw error;
    }
  }

  /** The folder that results were merged into before. */
  get directory(): string | undefined {
    return this.#file.directory;
  }

  /** Notes the folder that results are merged into, for one who comes back. */
  async setDirectory(directory: string): Promise<void> {
    this.#file = { ...this.#file, directory: resolve(directory) };
    await this.#save();
  }

  /** What the parts returned, in their order, as they come. Ends early when the signal aborts. @throws LookonceError for a part that failed */
  async *records(): AsyncGenerator<PartRecord, void, undefined> {
    const { signal, log = () => {} } = this.#options;
    for (let part = 0; part < this.#file.parts; part++) {
      try {
        yield await waitForPart(this.#queue, this.storage, { run: this.run, part, parts: this.#file.parts, signal });
      } catch (error) {
        if (!signal?.aborted) throw error;
        log(
          `${this.run} goes on without this; job=${this.run} fetches the results, lookonce jobs cancel=${this.run} ends it`,
        );
        return;
      }
    }
  }

  /** Removes what storage and queue have of the run, once its results are merged. */
  async finish(): Promise<void> {
    await this.storage.remove(`runs/${this.run}/`);
    await this.#queue.forget(this.run);
  }

  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #save(): Promise<void> {
    await this.storage.write(runKey(this.run), JSON.stringify(this.#file));
  }
}

/** The version of lookonce, by which queues are apart. */
export function ownVersion(): string {
  return packageVersion("@lookonce/yolo") ?? "0.0.0";
}

/**
 * Opens a queue, to see what it has, to cancel and to try again.
 *
 * @throws LookonceError for one that cannot be used, `NOT_FOUND` without BullMQ and ioredis
 */
export async function openJobQueue(queue: string, { log }: Pick<SharedRunOptions, "log"> = {}): Promise<JobQueue> {
  const { openQueue } = await import("@lookonce/queue");
  return openQueue({ url: queue, version: ownVersion(), log });
}

/** Opens queue and storage. This loads the libraries of both. */
export async function openBoth({
  ...options
}: QueueOptions & Pick<SharedRunOptions, "log"> & { project: string }): Promise<{ queue: JobQueue; storage: Storage }> {
  const { openStorage } = await import("@lookonce/queue");
  const { storage: url = join(options.project, "queue"), endpoint, log } = options;
  const isFolder = !/^[a-z][a-z\d+.-]*:\/\//i.test(url);
  const storage = await openStorage({ url: isFolder ? resolve(url) : url, ...(endpoint && { endpoint }) });
  return { queue: await openJobQueue(options.queue, { log }), storage };
}

/** Waits for a part of a run. @throws LookonceError when it failed, was canceled, or its output is not to be seen here */
export async function waitForPart(
  queue: JobQueue,
  storage: Storage,
  { run, part, parts, signal }: { run: string; part: number; parts: number; signal?: AbortSignal | undefined },
): Promise<PartRecord> {
  const { jobId, readPart } = await import("@lookonce/queue");
  const before = await readPart(storage, { run, part });
  if (before !== undefined) return before;
  const { state, reason } = await queue.ended(jobId({ run, part }), { signal });
  if (state === "canceled") throw new LookonceError("ARGUMENT", `${run} was canceled; what was done of it is kept.`);
  if (state === "failed") {
    const again = `lookonce jobs queue=${queue.shown} retry=${run}, or the same command with job=${run}`;
    throw new LookonceError("DATA", `part ${part + 1} of ${parts} failed: ${reason}. To try again: ${again}.`);
  }
  const record = await readPart(storage, { run, part });
  if (record !== undefined) return record;
  throw new LookonceError(
    "NOT_FOUND",
    `part ${part + 1} of ${parts} is done, but ${storage.ref.url} has no result of it: is that the same folder on this machine as on the worker's?`,
  );
}

function runKey(run: string): string {
  return `runs/${run}/run.json`;
}

async function readRun(storage: Storage, run: string): Promise<RunFile> {
  try {
    return JSON.parse(Buffer.from(await storage.read(runKey(run))).toString("utf8")) as RunFile;
  } catch (cause) {
    const message = `there is no run ${run} in ${storage.ref.url}: it may be over and fetched, or of another storage.`;
    throw new LookonceError("NOT_FOUND", message, { cause });
  }
}
