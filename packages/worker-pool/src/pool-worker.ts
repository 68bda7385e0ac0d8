import { decodeError, type SentError } from "@lookonce/errors";
import { openProcess, openThread, type WorkerChannel, type WorkerOptions } from "#channel";

/** The tasks of a worker's program by name, with the types of what is sent and of what comes back. */
export type TaskMap<T> = { [K in keyof T]: { request: unknown; response: unknown } };

export interface TaskMessage<T extends TaskMap<T>, K extends keyof T = keyof T> {
  id: number;
  task: K;
  request: T[K]["request"];
  /** One number in shared memory that becomes 1 when the result is not wanted any more; processes get `cancel` instead. */
  canceled: Int32Array | undefined;
}

export type ToWorker<T extends TaskMap<T>> = TaskMessage<T> | { cancel: number } | "stop";

export type FromWorker =
  | "ready"
  | "stopped"
  | { id: number; report: unknown }
  | { id: number; response: unknown }
  | { id: number; error: SentError };

/** A worker died or stopped answering before it had finished a task; `cause` is the reason. */
export class WorkerLostError extends Error {
  override readonly name = "WorkerLostError";
  override readonly cause: Error;
  /** Whether the worker may have been running the task; `false` for one that only waited behind others. */
  readonly wasRunning: boolean;

  constructor(cause: Error, wasRunning: boolean) {
    super(`A worker was lost: ${cause.message}`, { cause });
    this.cause = cause;
    this.wasRunning = wasRunning;
  }
}

/** Options of {@link PoolWorker}. */
export interface PoolWorkerOptions extends WorkerOptions {
  /**
   * What happens to a worker that does not answer or stop in time: it is ended by force, or left alone. A thread that is ended
   * by force in native code can end the whole process; a process ends alone. Default `"terminate"`.
   */
  whenHung?: "terminate" | "abandon";
  /** Whether the program serves its tasks concurrently: any of them may be the one that it dies of. Default `false`. */
  concurrent?: boolean;
}

/** Options of {@link PoolWorker.run}. */
export interface WorkerRunOptions {
  /** Memory of the request that is moved to the worker instead of copied; copied all the same where it is a process. */
  transfer?: readonly ArrayBuffer[];
  /**
   * Milliseconds from when the worker has answered all tasks before it, after which it counts as hung, and is lost. Default:
   * none.
   */
  timeoutMs?: number | undefined;
  /** When it aborts, the worker's handler sees it as `context.aborted`. */
  signal?: AbortSignal;
  /** Called with what the handler reports on its way, in order and before its response. */
  onReport?: (report: unknown) => void;
  /** Whether the worker shall have no other task meanwhile; the pool sees to it. Default `false`. */
  exclusive?: boolean;
}

interface Call extends Pick<WorkerRunOptions, "timeoutMs" | "exclusive" | "onReport"> {
  resolve: (response: unknown) => void;
  reject: (error: Error) => void;
}

/** What the pool of a worker wants to know of it. */
interface PoolWorkerListener {
  /** Called before the tasks fail. */
  lost(cause: Error): void;
  /** Called when it has answered a task, whoever sent it, and has room for another. */
  answered(): void;
}

/** One worker, which answers tasks. When it is lost, all that it has not answered fail. */
export class PoolWorker<T extends TaskMap<T>> {
  /** Resolves when it is ready for tasks, or was lost. */
  readonly ready: Promise<void>;
  readonly #channel: WorkerChannel;
  readonly #options: PoolWorkerOptions;
  readonly #on: PoolWorkerListener;
  readonly #exited: Promise<void>;
  /** In the order in which the worker got them. */
  readonly #calls: Map<number, Call> = new Map();
  /** Of the first call. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  #markReady: () => void = () => {};
  #lastId = 0;
  #lostBy: Error | undefined;

  constructor(options: PoolWorkerOptions, on: PoolWorkerListener) {
    this.#options = options;
    this.#on = on;
    this.ready = new Promise((resolve) => {
      this.#markReady = resolve;
    });
    let markExited = (): void => {};
    this.#exited = new Promise((resolve) => {
      markExited = resolve;
    });
    const open = options.kind === "process" ? openProcess : openThread;
    this.#channel = open<FromWorker>(options, {
      message: (message) => this.#receive(message),
      ended: (cause) => {
        this.#lose(cause);
        markExited();
      },
    });
  }

  /** Number of tasks that it has not answered. */
  get pending(): number {
    return this.#calls.size;
  }

  /** Whether it has a task that shall be its only one. */
  get isReserved(): boolean {
    return [...this.#calls.values()].some(({ exclusive }) => exclusive);
  }

  get isLost(): boolean {
    return this.#lostBy !== undefined;
  }

  /** Runs a task. @throws WorkerLostError when the worker dies or does not answer in time; what the task threw */
  run<K extends keyof T>(
    task: K,
    request: T[K]["request"],
    { transfer = [], timeoutMs, signal, exclusive, onReport }: WorkerRunOptions = {},
  ): Promise<T[K]["response"]> {
    if (this.#lostBy !== undefined) return Promise.reject(new WorkerLostError(this.#lostBy, false));
    const id = ++this.#lastId;
    const canceled =
      signal !== undefined && this.#channel.sharesMemory ? new Int32Array(new SharedArrayBuffer(4)) : undefined;
    const cancel = (): void => {
      if (canceled === undefined) this.#post({ cancel: id });
      else Atomics.store(canceled, 0, 1);
    };
    return new Promise((resolve, reject) => {
      this.#post({ id, task, request, canceled } satisfies TaskMessage<T, K>, transfer);
      signal?.addEventListener("abort", cancel, { once: true });
      this.ref();
      this.#calls.set(id, { resolve, reject, timeoutMs, exclusive, ...(onReport === undefined ? {} : { onReport }) });
      if (this.#calls.size === 1) this.#watchFirst();
    }).finally(() => signal?.removeEventListener("abort", cancel));
  }

  /** Lets it finish its tasks and end. Resolves when it has ended or, after `timeoutMs`, was given up. */
  async stop(timeoutMs: number): Promise<void> {
    if (this.isLost) return;
    this.ref();
    this.#post("stop");
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hung = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#giveUp(new Error(`it did not stop within ${timeoutMs} ms`));
        if (this.#options.whenHung === "abandon") resolve();
      }, timeoutMs);
    });
    await Promise.race([this.#exited, hung]);
    clearTimeout(timer);
  }

  /** Lets it keep the process running, as it does while it has tasks. */
  ref(): void {
    this.#channel.ref();
  }

  /** Does not let it keep the process running. */
  unref(): void {
    this.#channel.unref();
  }

  #post(message: ToWorker<T>, transfer: readonly ArrayBuffer[] = []): void {
    this.#channel.post(message, transfer);
  }

  #watchFirst(): void {
    clearTimeout(this.#timer);
    const [{ timeoutMs } = {}] = this.#calls.values();
    if (timeoutMs === undefined) return;
    const cause = new Error(`it did not answer within ${timeoutMs} ms`);
    this.#timer = setTimeout(() => this.#giveUp(cause), timeoutMs);
  }

  #giveUp(cause: Error): void {
    this.#lose(cause);
    if (this.#options.whenHung !== "abandon") {
      this.#channel.kill();
      return;
    }
    // It stops when it comes back from wherever it is
    this.#post("stop");
    this.unref();
  }

  #lose(cause: Error): void {
    if (this.#lostBy !== undefined) return;
    this.#lostBy = cause;
    clearTimeout(this.#timer);
    this.#on.lost(cause);
    this.#markReady();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    // The last one first: the pool runs them again, each at the head of its queue
    for (const [i, { reject }] of [...calls.entries()].reverse()) {
      reject(new WorkerLostError(cause, i === 0 || this.#options.concurrent === true));
    }
  }

  #receive(message: FromWorker): void {
    if (typeof message === "string") {
      this.#markReady();
      return;
    }
    const [first] = this.#calls.keys();
    const call = this.#calls.get(message.id);
    if (call === undefined) return;
    if ("report" in message) {
      call.onReport?.(message.report);
      return;
    }
    this.#calls.delete(message.id);
    if (message.id === first) this.#watchFirst();
    if (this.#calls.size === 0) this.unref();
    if ("error" in message) call.reject(decodeError(message.error));
    else call.resolve(message.response);
    this.#on.answered();
  }
}
