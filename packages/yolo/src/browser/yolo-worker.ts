import { LookonceError } from "@lookonce/errors";
import { type Remote, wrap } from "comlink";
import type { Host } from "./host.ts";
import { answered, pack } from "./messages.ts";

/** Options of {@link startWorker}. */
export interface WorkerOptions {
  /** The worker's program. Default: the one beside this package's own file, which bundlers find. */
  program?: string | URL;
}

/** A worker in which models run, with the files of the page's origin. */
export class YoloWorker {
  readonly #worker: Worker;
  readonly #host: Remote<Host>;
  readonly #ended: Promise<never>;
  #end: (error: LookonceError) => void = () => {};

  /** Starts the worker. */
  constructor({ program }: WorkerOptions = {}) {
    this.#worker =
      program === undefined
        ? new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "lookonce" })
        : new Worker(program, { type: "module", name: "lookonce" });
    this.#host = wrap<Host>(this.#worker);
    this.#ended = new Promise((_, reject) => {
      this.#end = reject;
    });
    this.#ended.catch(() => {});
    this.#worker.addEventListener("error", ({ message }) => this.#end(failed(message)));
  }

  /**
   * Calls a method of the worker's host; options and arguments are packed while it runs.
   *
   * @throws what it throws; LookonceError `IO` when the program cannot be loaded, `ARGUMENT` when the worker was ended
   */
  async call<T>(task: (host: Remote<Host>, packed: unknown) => Promise<unknown>, given: unknown = []): Promise<T> {
    const message = pack(given);
    try {
      return answered<T>(await Promise.race([task(this.#host, message.data), this.#ended]));
    } finally {
      message.close();
    }
  }

  /** As {@link call}, for a method that returns an iterable: arguments are packed until that ends. */
  async *iterate<T>(
    task: (host: Remote<Host>, packed: unknown) => Promise<unknown>,
    given: unknown,
  ): AsyncGenerator<T, void, undefined> {
    const message = pack(given);
    try {
      const started = Promise.race([task(this.#host, message.data), this.#ended]);
      const items = answered<{ value: AsyncIterable<T> }>(await started).value[Symbol.asyncIterator]();
      try {
        for (;;) {
          const { done, value } = await Promise.race([items.next(), this.#ended]);
          if (done) return;
          yield value;
        }
      } finally {
        await Promise.race([items.return?.(), this.#ended]);
      }
    } finally {
      message.close();
    }
  }

  /** Ends the worker with all that runs in it. What was written before stays. */
  terminate(): void {
    this.#worker.terminate();
    if (shared === this) shared = undefined;
    this.#end(new LookonceError("ARGUMENT", "The worker was ended: load the model again."));
  }
}

/** Starts a worker beside the page's own, for what shall run at the same time: pass it to `YOLO.load`. */
export function startWorker(options: WorkerOptions = {}): YoloWorker {
  return new YoloWorker(options);
}

let shared: YoloWorker | undefined;

/** The page's own worker, started at its first use. */
export function pageWorker(options: WorkerOptions = {}): YoloWorker {
  shared ??= new YoloWorker(options);
  return shared;
}

function failed(message: string | undefined): LookonceError {
  if (shared !== undefined) shared = undefined;
  const reason = message === undefined || message === "" ? "" : ` (${message})`;
  return new LookonceError(
    "IO",
    `The worker's program does not run${reason}. It has to be on the page's own origin: name its address in program.`,
  );
}
