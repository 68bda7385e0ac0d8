import { Worker } from "node:worker_threads";
import { HttpError } from "../errors/http-error.ts";
import { receiveError, type SentAnswer, type TaskName, type WorkerSettings, type WorkerTasks } from "./messages.ts";
import { workerAddress } from "./worker-address.ts";

/** Milliseconds that a worker which is to stop may take for what it is at. */
const patience = 30_000;

interface Pending {
  task: TaskName;
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

/** A worker was lost in the middle of a task. */
function workerLost(task: TaskName, cause?: Error): HttpError {
  const message =
    task === "detect"
      ? "The worker that looked at this image died and is being replaced; send the image again."
      : "A worker died over this model and is being replaced.";
  return new HttpError(500, { code: "WORKER_LOST", message }, cause === undefined ? {} : { cause });
}

/** A worker thread that answers tasks in order. When it dies, all that it had not answered fail. */
export class WorkerSlot {
  /** Resolves when it runs, or is gone. */
  readonly online: Promise<void>;
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
  readonly #worker: Worker;
  readonly #onDeath: (cause: Error) => void;
  readonly #pending: Map<number, Pending> = new Map();
  #lastId = 0;
  #cause: Error | undefined;
  #stopping = false;
  #isGone = false;

  /** @param onDeath told what it died of, before its tasks fail; not told when it was stopped */
  constructor(settings: WorkerSettings, onDeath: (cause: Error) => void) {
    this.#worker = new Worker(workerAddress, { workerData: settings, name: "lookonce inference" });
    this.#worker.on("message", (answer: SentAnswer) => this.#answered(answer));
    this.#worker.on("error", (error) => {
      this.#cause = error instanceof Error ? error : new Error(String(error));
    });
    this.online = new Promise((resolve) => {
      this.#worker.once("online", resolve).once("exit", () => resolve());
    });
    this.#onDeath = onDeath;
    this.gone = new Promise((resolve) => {
      this.#worker.on("exit", (code) => {
        this.#lose(this.#cause ?? new Error(`the worker exited with code ${code}`));
        resolve();
      });
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Has a task done. */
  call<K extends TaskName>(task: K, request: WorkerTasks[K]["request"]): Promise<WorkerTasks[K]["answer"]> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#isGone) return reject(workerLost(task, this.#cause));
      this.#pending.set(id, { task, resolve, reject });
      this.#worker.postMessage({ id, task, request });
    });
  }

  /**
   * Counts it as dead, and has it stop when it comes back from wherever it is. A thread cannot be ended safely in the middle of
   * native code: the process would end with it.
   */
  abandon(cause: Error): void {
    this.#lose(cause);
    this.#worker.postMessage("stop");
    this.#worker.unref();
  }

  /** Lets it finish what it is at and end; where that takes too long, it is left alone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#isGone) return;
    this.#worker.postMessage("stop");
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patience);
    });
    await Promise.race([this.gone, over]);
    clearTimeout(timer);
  }

  #lose(cause: Error): void {
    if (this.#isGone) return;
    this.#isGone = true;
    if (!this.#stopping) this.#onDeath(cause);
    for (const { task, reject } of this.#pending.values()) reject(workerLost(task, cause));
    this.#pending.clear();
  }

  #answered(sent: SentAnswer): void {
    const pending = this.#pending.get(sent.id);
    this.#pending.delete(sent.id);
    if (pending === undefined) return;
    if ("error" in sent) pending.reject(receiveError(sent.error));
    else pending.resolve(sent.answer as never);
  }
}
