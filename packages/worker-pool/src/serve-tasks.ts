import { parentPort, workerData } from "node:worker_threads";
import { encodeError } from "@lookonce/errors";
import type { FromWorker, TaskMap, TaskMessage, ToWorker } from "./pool-worker.ts";

/** Returns the `workerData` of the pool that started this worker. */
export function readWorkerData<T>(): T {
  return parentPort === null ? JSON.parse(process.argv[2] ?? "null") : workerData;
}

/** A response with memory that is moved to the main thread instead of copied. */
export class Transfer<T> {
  readonly value: T;
  readonly memory: readonly ArrayBuffer[];

  constructor(value: T, memory: readonly ArrayBuffer[]) {
    this.value = value;
    this.memory = memory;
  }
}

/** What a handler knows of its task besides the request. */
export interface TaskContext {
  /** Whether the caller's signal has aborted: the result is not wanted any more. */
  readonly aborted: boolean;
  /** Passes something to `onReport` of whoever runs the task. */
  report(report: unknown): void;
}

export type TaskHandlers<T extends TaskMap<T>> = {
  [K in keyof T]: (
    request: T[K]["request"],
    context: TaskContext,
  ) => Promise<T[K]["response"] | Transfer<T[K]["response"]>>;
};

/** Options of {@link serveTasks}. */
export interface ServeOptions {
  /** Start a task while another one waits for something. Default `false`: one after the other. */
  concurrent?: boolean;
}

/**
 * Answers the tasks of a {@link WorkerPool}; called once, at the end of a worker's program, when it is ready for tasks.
 *
 * What a handler throws is thrown by `run()`, with the code and causes it had.
 */
export function serveTasks<T extends TaskMap<T>>(
  handlers: TaskHandlers<T>,
  { concurrent = false }: ServeOptions = {},
): void {
  const parent = openParent<ToWorker<T>>();
  const canceledIds = new Set<number>();
  let work: Promise<void> = Promise.resolve();

  const answer = async (id: number, { task, request, canceled }: TaskMessage<T>): Promise<void> => {
    const context = {
      get aborted() {
        return canceled === undefined ? canceledIds.has(id) : Atomics.load(canceled, 0) !== 0;
      },
      report: (report: unknown) => parent.post({ id, report }),
    };
    try {
      const result = await handlers[task](request, context);
      const { value, memory } = result instanceof Transfer ? result : new Transfer(result, []);
      parent.post({ id, response: value }, memory);
    } catch (error) {
      parent.post({ id, error: encodeError(error) });
    } finally {
      canceledIds.delete(id);
    }
  };

  parent.listen((message) => {
    if (message === "stop") {
      void work.finally(() => parent.close());
      return;
    }
    if ("cancel" in message) {
      canceledIds.add(message.cancel);
      return;
    }
    const { id } = message;
    const before = work;
    work = concurrent ? answer(id, message).then(() => before) : before.then(() => answer(id, message));
  });
  parent.post("ready");
}

/** The pool, as its worker sees it. */
interface Parent<M> {
  post(message: FromWorker, memory?: readonly ArrayBuffer[]): void;
  listen(listener: (message: M) => void): void;
  close(): void;
}

function openParent<M>(): Parent<M> {
  if (parentPort !== null) {
    const port = parentPort;
    return {
      post: (message, memory = []) => port.postMessage(message, memory),
      listen: (listener) => port.on("message", listener),
      // Lets the thread end when threads of native code have finished; ending it would not wait for them
      close: () => port.close(),
    };
  }
  if (process.send === undefined) throw new Error("serveTasks() is for programs of worker threads and processes.");
  // Terminals and systemd signal all processes of a program at once: the pool decides when this one ends
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  // `process.exit()` would wait for threads of native code, which may hang
  const end = (): unknown => process.kill(process.pid, "SIGKILL");
  process.on("disconnect", end);
  // The pool may have gone while this process started
  if (!process.connected) end();
  return {
    post: (message) => process.send?.(message, () => {}),
    listen: (listener) => process.on("message", (message) => listener(message as M)),
    // What was posted before has been written when this has
    close: () => process.send?.("stopped" satisfies FromWorker, () => process.disconnect()),
  };
}
