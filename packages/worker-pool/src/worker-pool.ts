import { LookonceError } from "@lookonce/errors";
import {
  PoolWorker,
  type PoolWorkerOptions,
  type TaskMap,
  WorkerLostError,
  type WorkerRunOptions,
} from "./pool-worker.ts";

/** Milliseconds that a worker must have lived for its death not to count as one in a row. */
const stableAfterMs = 10_000;

/** Options of {@link WorkerPool}. */
export interface WorkerPoolOptions<T extends TaskMap<T>> extends PoolWorkerOptions {
  maxWorkers: number;
  /** Most tasks that a worker has at once: one that runs, and others that wait for it there. Default 2. */
  maxTasksPerWorker?: number;
  /** Times that a task is run before the death of its workers counts as its own fault. Default 2. */
  maxAttempts?: number;
  /** Start all workers at once and replace each one that dies. Default `false`: they start when tasks come. */
  keepAlive?: boolean;
  /** With `keepAlive`: milliseconds before a worker that died is replaced, by the number of deaths in a row before. */
  restartDelaysMs?: readonly number[];
  /** Milliseconds that a worker may need to finish its tasks and stop. Default 5000. */
  shutdownTimeoutMs?: number;
  /** Called with each new worker before it gets tasks, which it does when this resolves. */
  prepare?: (worker: PoolWorker<T>) => Promise<void>;
  /** Called when a worker has died or was given up, before its tasks fail or are run again. */
  onWorkerLost?: (cause: Error) => void;
  onWorkerReady?: () => void;
}

/** Options of {@link WorkerPool.run}. */
export interface RunOptions<T extends TaskMap<T>> extends WorkerRunOptions {
  /** Memory of the request that is moved to the worker instead of copied. A task that moves memory is never run again. */
  transfer?: readonly ArrayBuffer[];
  /** When it aborts, `run()` throws its reason; the worker's handler sees it as `context.aborted`. */
  signal?: AbortSignal;
  /** Whether a worker can run the task. Default: any. */
  accepts?: (worker: PoolWorker<T>) => boolean;
}

interface Task<T extends TaskMap<T>> extends RunOptions<T> {
  name: keyof T;
  request: T[keyof T]["request"];
  attempts: number;
  resolve: (response: T[keyof T]["response"]) => void;
  reject: (error: unknown) => void;
}

interface Member<T extends TaskMap<T>> {
  worker: PoolWorker<T>;
  isReady: boolean;
  /** Resolves when it is ready, or was lost. */
  started: Promise<void>;
}

/**
 * Runs tasks in worker threads or processes of one program.
 *
 * Tasks start in the order in which they come. A task whose worker dies is run once more, and those that waited behind it as
 * if nothing had happened. Workers without tasks do not keep the process running, but use memory: `dispose()` ends them.
 */
export class WorkerPool<T extends TaskMap<T>> {
  readonly #options: WorkerPoolOptions<T>;
  readonly #members: Set<Member<T>> = new Set();
  readonly #queue: Task<T>[] = [];
  /** Workers that are being replaced. */
  readonly #restarts: Set<Promise<void>> = new Set();
  readonly #end: AbortController = new AbortController();
  #disposal: Promise<unknown> | undefined;
  /** Calls of {@link whenStarted} that wait. */
  #waits = 0;

  constructor(options: WorkerPoolOptions<T>) {
    this.#options = options;
    if (options.keepAlive) this.spawnAll();
  }

  /** Workers that have been started and not been lost. */
  get workers(): PoolWorker<T>[] {
    return [...this.#members].map(({ worker }) => worker);
  }

  /** Workers that are ready for tasks. */
  get readyWorkers(): PoolWorker<T>[] {
    if (this.#disposal !== undefined) return [];
    return [...this.#members].flatMap(({ worker, isReady }) => (isReady ? [worker] : []));
  }

  get ready(): number {
    return this.readyWorkers.length;
  }

  /** Waits until each worker that is being started or replaced is ready, or was lost. The wait keeps the process running. */
  async whenStarted(): Promise<void> {
    this.#waits++;
    this.#keepRunning();
    await Promise.all([...this.#restarts, ...[...this.#members].map(({ started }) => started)]);
    this.#waits--;
    this.#keepRunning();
  }

  /** Starts all workers, before there are tasks. */
  spawnAll(): void {
    while (this.#members.size < this.#options.maxWorkers) this.#spawn();
  }

  /**
   * Runs a task in a worker.
   *
   * @throws WorkerLostError when workers died of it, or the one that had its memory died; LookonceError `ARGUMENT` when the
   *   pool is disposed of; otherwise what the task threw, or the signal's reason
   */
  async run<K extends keyof T>(
    name: K,
    request: T[K]["request"],
    options: RunOptions<T> = {},
  ): Promise<T[K]["response"]> {
    const { signal } = options;
    signal?.throwIfAborted();
    if (this.#disposal !== undefined) throw disposed();
    let onAbort = (): void => {};
    try {
      return await new Promise<T[K]["response"]>((resolve, reject) => {
        const task: Task<T> = { ...options, name, request, attempts: 0, resolve, reject };
        onAbort = () => {
          reject(signal?.reason);
          const index = this.#queue.indexOf(task);
          if (index >= 0) this.#queue.splice(index, 1);
          this.#pump();
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        this.#queue.push(task);
        this.#pump();
      });
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Lets workers finish the tasks that they have, and ends them. Tasks that still wait fail. May be called twice. */
  async dispose(): Promise<void> {
    this.#disposal ??= Promise.all(this.workers.map((worker) => worker.stop(this.#options.shutdownTimeoutMs ?? 5000)));
    this.#end.abort();
    for (const { reject } of this.#queue.splice(0)) reject(disposed());
    await this.#disposal;
  }

  #pump(): void {
    if (this.#disposal !== undefined) return;
    // Workers that get nothing more before the task that wants one of them for itself
    const reserved = new Set<PoolWorker<T>>();
    for (const task of [...this.#queue]) {
      const worker = this.#workerFor(task, reserved);
      if (worker !== undefined && task.exclusive && worker.pending > 0) reserved.add(worker);
      if (worker === undefined || reserved.has(worker)) continue;
      this.#queue.splice(this.#queue.indexOf(task), 1);
      void this.#runIn(worker, task);
    }
    this.#keepRunning();
  }

  /** Lets workers keep the process running while there are tasks, or somebody waits for the workers. */
  #keepRunning(): void {
    for (const worker of this.workers) {
      if (worker.pending + this.#queue.length + this.#waits > 0) worker.ref();
      else worker.unref();
    }
  }

  /** The worker with the fewest tasks. One that is still starting gets tasks only where none is ready. */
  #workerFor({ accepts }: Task<T>, reserved: ReadonlySet<PoolWorker<T>>): PoolWorker<T> | undefined {
    const { maxWorkers, maxTasksPerWorker = 2, prepare, keepAlive } = this.#options;
    const members = [...this.#members].filter(
      ({ worker }) => !worker.isReserved && !reserved.has(worker) && (accepts?.(worker) ?? true),
    );
    const ready = members.filter(({ isReady }) => isReady);
    const workers = (ready.length > 0 || prepare ? ready : members).map(({ worker }) => worker);
    const [least] = workers.sort((a, b) => a.pending - b.pending);
    if (least?.pending !== 0 && !keepAlive && this.#members.size < maxWorkers) {
      const { worker } = this.#spawn();
      if (ready.length === 0 && !prepare) return worker;
    }
    return least !== undefined && least.pending < maxTasksPerWorker ? least : undefined;
  }

  async #runIn(worker: PoolWorker<T>, task: Task<T>): Promise<void> {
    try {
      task.resolve(await worker.run(task.name, task.request, task));
    } catch (error) {
      const wasLost = error instanceof WorkerLostError;
      if (wasLost && this.#mayRunAgain(task, error)) this.#queue.unshift(task);
      else task.reject(wasLost && this.#disposal !== undefined ? disposed() : error);
      this.#pump();
    }
  }

  #mayRunAgain(task: Task<T>, { wasRunning }: WorkerLostError): boolean {
    if (wasRunning) task.attempts++;
    const { transfer = [], signal, attempts } = task;
    if (this.#disposal !== undefined || signal?.aborted || transfer.length > 0) return false;
    return attempts < (this.#options.maxAttempts ?? 2);
  }

  #spawn(deaths = 0): Member<T> {
    const since = performance.now();
    const lost = (cause: Error): void => {
      this.#members.delete(member);
      if (this.#disposal !== undefined) return;
      this.#options.onWorkerLost?.(cause);
      if (!this.#options.keepAlive) return;
      const restart = this.#respawn(performance.now() - since < stableAfterMs ? deaths : 0);
      this.#restarts.add(restart);
      void restart.finally(() => this.#restarts.delete(restart));
    };
    const worker = new PoolWorker<T>(this.#options, { lost, answered: () => this.#pump() });
    const member: Member<T> = { worker, isReady: false, started: Promise.resolve() };
    this.#members.add(member);
    this.#keepRunning();
    member.started = this.#prepare(member);
    return member;
  }

  async #prepare(member: Member<T>): Promise<void> {
    const { worker } = member;
    await worker.ready;
    if (!worker.isLost) await this.#options.prepare?.(worker);
    if (worker.isLost) return;
    member.isReady = true;
    this.#pump();
    this.#options.onWorkerReady?.();
  }

  async #respawn(deaths: number): Promise<void> {
    const { restartDelaysMs = [0, 100, 1000, 5000, 15_000] } = this.#options;
    const delay = restartDelaysMs[deaths] ?? restartDelaysMs.at(-1);
    await sleep(delay ?? 0, this.#end.signal);
    if (this.#disposal === undefined) await this.#spawn(deaths + 1).started;
  }
}

/** Waits for some milliseconds, or until a signal aborts. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

function disposed(): LookonceError {
  return new LookonceError("ARGUMENT", "The pool of workers has been disposed of.");
}
