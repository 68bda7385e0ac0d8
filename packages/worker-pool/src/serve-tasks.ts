import { encodeError } from "@lookonce/errors";
import { openParent } from "#parent";
import type { TaskMap, TaskMessage, ToWorker } from "./pool-worker.ts";

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
