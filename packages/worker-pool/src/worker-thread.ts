import { Worker } from "node:worker_threads";
import { decodeError, type SentError } from "./error-codec.ts";

/** The tasks of a worker's program by name, with the types of what is sent and of what comes back. */
export type TaskMap<T> = { [K in keyof T]: { request: unknown; response: unknown } };

export interface TaskMessage<T extends TaskMap<T>, K extends keyof T = keyof T> {
  id: number;
  task: K;
  request: T[K]["request"];
  canceled: Int32Array | undefined;
}

export type ToWorker<T extends TaskMap<T>> = TaskMessage<T> | "stop";

export type FromWorker = "ready" | { id: number; response: unknown } | { id: number; error: SentError };

/** A worker died or stopped answering before it had finished a task; `cause` is the reason. */
export class WorkerLostError extends Error {
  override readonly name = "WorkerLostError";
  override readonly cause: Error;
  /** Whether the task was the one that the worker was running, not one that waited behind it. */
  readonly wasRunning: boolean;

  constructor(cause: Error, wasRunning: boolean) {
    super(`A worker thread was lost: ${cause.message}`, { cause });
    this.cause = cause;
    this.wasRunning = wasRunning;
  }
}

/** Options of {@link WorkerThread}. */
export interface WorkerThreadOptions {
  /** Module that calls `serveTasks`. */
  program: URL;
  name: string;
  workerData?: unknown;
  /**
   * What happens to a thread that does not answer or stop in time: it is ended by force, or left alone. Native code that is
   * ended by force can end the whole process. Default `"terminate"`.
   */
  whenHung?: "terminate" | "abandon";
}

/** Options of {@link WorkerThread.run}. */
export interface ThreadRunOptions {
  /** Memory of the request that is moved to the worker instead of copied. */
  transfer?: readonly ArrayBuffer[];
  /** Milliseconds after which a worker that has not answered counts as lost. Default: none. */
  timeoutMs?: number | undefined;
  /** One number in shared memory that is set to 1 when the result is not wanted any more. */
  canceled?: Int32Array | undefined;
}

interface Call {
  resolve: (response: unknown) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout | undefined;
}

/** One worker thread, which answers tasks. When it is lost, all that it has not answered fail. */
export class WorkerThread<T extends TaskMap<T>> {
  /** Resolves when it is ready for tasks, or was lost. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #whenHung: "terminate" | "abandon";
  readonly #onLost: (cause: Error) => void;
  readonly #exited: Promise<void>;
  /** In the order in which the worker runs them. */
  readonly #calls: Map<number, Call> = new Map();
  #markReady: () => void = () => {};
  #lastId = 0;
  #lostBy: Error | undefined;

  /** @param onLost called before the tasks fail */
  constructor(options: WorkerThreadOptions, onLost: (cause: Error) => void) {
    const { program, name, workerData, whenHung = "terminate" } = options;
    this.#worker = new Worker(program, { workerData, name });
    this.#whenHung = whenHung;
    this.#onLost = onLost;
    this.ready = new Promise((resolve) => {
      this.#markReady = resolve;
    });
    let fault: Error | undefined;
    this.#worker.on("message", (message: FromWorker) => this.#receive(message));
    this.#worker.on("error", (error) => {
      fault = error instanceof Error ? error : new Error(String(error));
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on("exit", (code) => {
        this.#lose(fault ?? new Error(`it exited with code ${code}`));
        resolve();
      });
    });
  }

  /** Number of tasks that it has not answered. */
  get pending(): number {
    return this.#calls.size;
  }

  get isLost(): boolean {
    return this.#lostBy !== undefined;
  }

  /** Runs a task. @throws WorkerLostError when the worker dies or does not answer in time; what the task threw */
  run<K extends keyof T>(
    task: K,
    request: T[K]["request"],
    { transfer = [], timeoutMs, canceled }: ThreadRunOptions = {},
  ): Promise<T[K]["response"]> {
    if (this.#lostBy !== undefined) return Promise.reject(new WorkerLostError(this.#lostBy, false));
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#worker.postMessage({ id, task, request, canceled } satisfies TaskMessage<T, K>, transfer);
      this.ref();
      const hung = (): void => this.#giveUp(new Error(`it did not answer within ${timeoutMs} ms`));
      const timer = timeoutMs === undefined ? undefined : setTimeout(hung, timeoutMs);
      this.#calls.set(id, { resolve, reject, timer });
    });
  }

  /** Lets it finish its tasks and end. Resolves when it has ended or, after `timeoutMs`, was given up. */
  async stop(timeoutMs: number): Promise<void> {
    if (this.isLost) return;
    this.ref();
    this.#worker.postMessage("stop");
    let timer: NodeJS.Timeout | undefined;
    const hung = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#giveUp(new Error(`it did not stop within ${timeoutMs} ms`));
        if (this.#whenHung === "abandon") resolve();
      }, timeoutMs);
    });
    await Promise.race([this.#exited, hung]);
    clearTimeout(timer);
  }

  /** Lets it keep the process running, as it does while it has tasks. */
  ref(): void {
    this.#worker.ref();
  }

  /** Does not let it keep the process running. */
  unref(): void {
    this.#worker.unref();
  }

  #giveUp(cause: Error): void {
    this.#lose(cause);
    if (this.#whenHung === "terminate") void this.#worker.terminate();
    else {
      // It stops when it comes back from wherever it is
      this.#worker.postMessage("stop");
      this.#worker.unref();
    }
  }

  #lose(cause: Error): void {
    if (this.#lostBy !== undefined) return;
    this.#lostBy = cause;
    this.#onLost(cause);
    this.#markReady();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    // The last one first: the pool runs them again, each at the head of its queue
    for (const [i, { reject, timer }] of [...calls.entries()].reverse()) {
      clearTimeout(timer);
      reject(new WorkerLostError(cause, i === 0));
    }
  }

  #receive(message: FromWorker): void {
    if (message === "ready") {
      this.#markReady();
      return;
    }
    const call = this.#calls.get(message.id);
    if (call === undefined) return;
    this.#calls.delete(message.id);
    clearTimeout(call.timer);
    if (this.#calls.size === 0) this.unref();
    if ("error" in message) call.reject(decodeError(message.error));
    else call.resolve(message.response);
  }
}
