import { Worker } from "node:worker_threads";
import { HttpError } from "../errors/http-error.ts";
import { receiveError, type SentAnswer, type TaskName, type WorkerSettings, type WorkerTasks } from "./messages.ts";
import { workerAddress } from "./worker-address.ts";

/** Milliseconds that a worker which is to stop may take for what it is at. */
const patience = 5000;

interface Pending {
  task: TaskName;
  resolve: (answer: never) => void;
  reject: (error: Error) => void;
}

/** A worker was lost in the middle of a task. */
function workerLost(task: TaskName, cause?: Error): HttpError {
  const message =
    task === "detect"
      ? "The worker that looked at this picture died and is being replaced; send the picture again."
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
    this.gone = new Promise((resolve) => {
      this.#worker.on("exit", (code) => {
        this.#isGone = true;
        this.#cause ??= new Error(`the worker exited with code ${code}`);
        if (!this.#stopping) onDeath(this.#cause);
        for (const { task, reject } of this.#pending.values()) reject(workerLost(task, this.#cause));
        this.#pending.clear();
        resolve();
      });
    });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Has a task done; `transfer` changes hands instead of being copied. */
  call<K extends TaskName>(
    task: K,
    request: WorkerTasks[K]["request"],
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<WorkerTasks[K]["answer"]> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      if (this.#isGone) return reject(workerLost(task, this.#cause));
      this.#pending.set(id, { task, resolve, reject });
      this.#worker.postMessage({ id, task, request }, transfer);
    });
  }

  /** Ends it by force, in the middle of what it is at. */
  kill(): void {
    void this.#worker.terminate();
  }

  /** Lets it finish what it is at, and ends it by force where that takes too long. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const force = setTimeout(() => this.kill(), patience);
    if (!this.#isGone) this.#worker.postMessage("stop");
    await this.gone;
    clearTimeout(force);
  }

  #answered(sent: SentAnswer): void {
    const pending = this.#pending.get(sent.id);
    this.#pending.delete(sent.id);
    if (pending === undefined) return;
    if ("error" in sent) pending.reject(receiveError(sent.error));
    else pending.resolve(sent.answer as never);
  }
}
