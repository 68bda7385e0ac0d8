import { parentPort } from "node:worker_threads";
import { encodeError } from "./error-codec.ts";
import type { FromWorker, TaskMap, TaskMessage, ToWorker } from "./worker-thread.ts";

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
  /** Called when the pool is disposed of, after the last task. */
  onStop?: () => Promise<void>;
}

/**
 * Answers the tasks of a {@link WorkerPool}; called once, at the end of a worker's program, when it is ready for tasks.
 *
 * What a handler throws is thrown by `run()`, with the code and causes it had.
 */
export function serveTasks<T extends TaskMap<T>>(
  handlers: TaskHandlers<T>,
  { concurrent = false, onStop }: ServeOptions = {},
): void {
  if (parentPort === null) throw new Error("serveTasks() is for programs of worker threads.");
  const port = parentPort;
  const post = (message: FromWorker, memory: readonly ArrayBuffer[] = []): void => port.postMessage(message, memory);
  let work: Promise<unknown> = Promise.resolve();

  const answer = async (id: number, { task, request, canceled }: TaskMessage<T>): Promise<void> => {
    const context = {
      get aborted() {
        return canceled !== undefined && Atomics.load(canceled, 0) !== 0;
      },
    };
    try {
      const result = await handlers[task](request, context);
      const { value, memory } = result instanceof Transfer ? result : new Transfer(result, []);
      post({ id, response: value }, memory);
    } catch (error) {
      post({ id, error: encodeError(error) });
    }
  };

  port.on("message", (message: ToWorker<T>) => {
    if (message === "stop") {
      // Closing the port lets the thread end when threads of native code have finished; ending it would not wait for them
      void work.then(onStop).finally(() => port.close());
      return;
    }
    const { id } = message;
    work = concurrent ? Promise.all([work, answer(id, message)]) : work.then(() => answer(id, message));
  });
  post("ready");
}
