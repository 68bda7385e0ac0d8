import { Worker } from "node:worker_threads";
import { LookonceError } from "@lookonce/errors";
import type { WorkerOutcome, WorkerReply, WorkerSetup, WorkerTask } from "./messages.ts";
import { workerAddress } from "./worker-address.ts";

/** Tasks a worker holds at once: one whose network runs, and one that is read and decoded meanwhile. */
export const tasksAhead = 2;

/** Times a task is begun before its workers' deaths count as its own fault. */
const mostAttempts = 2;

/** Milliseconds that a worker which is to stop may take for what it is at. */
const patience = 5000;

interface Pending {
  task: WorkerTask;
  owned: readonly ArrayBuffer[];
  attempts: number;
  resolve: (outcomes: WorkerOutcome[]) => void;
  reject: (error: Error) => void;
}

interface Slot {
  worker: Worker;
  ready: boolean;
  /** In the order in which the worker does them. */
  tasks: Pending[];
  /** What the worker died of, as far as it said. */
  cause?: Error;
}

/**
 * Worker threads that prepare images and run a network on them.
 *
 * They start at once, take tasks when the first of them is ready, and do not keep the process running while they have nothing
 * to do. One that dies is replaced, and its tasks are begun once more.
 */
export class DetectionPool {
  readonly size: number;
  readonly #setup: WorkerSetup;
  readonly #slots: Set<Slot> = new Set();
  readonly #queue: Pending[] = [];
  #lastId = 0;
  #broken = false;

  constructor(setup: WorkerSetup, size: number) {
    this.size = size;
    this.#setup = setup;
    for (let i = 0; i < size; i++) this.#start();
  }

  /** Whether a worker can take tasks. */
  get ready(): boolean {
    return !this.#broken && [...this.#slots].some(({ ready }) => ready);
  }

  /**
   * What became of each image.
   *
   * @param owned memory of pixels that is handed over to the worker; it comes back with the outcome
   * @throws LookonceError `DATA` when workers die of it
   */
  run(task: Omit<WorkerTask, "id">, owned: readonly ArrayBuffer[] = []): Promise<WorkerOutcome[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task: { id: ++this.#lastId, ...task }, owned, attempts: 0, resolve, reject });
      this.#pump();
    });
  }

  /** Ends the workers; what they were at comes to nothing. */
  async dispose(): Promise<void> {
    this.#broken = true;
    const slots = [...this.#slots];
    const exits = slots.map(({ worker }) => stopped(worker));
    const unfinished = [...slots.flatMap(({ tasks }) => tasks), ...this.#queue.splice(0)];
    for (const { reject } of unfinished) reject(new LookonceError("ARGUMENT", "The predictor has been disposed of."));
    await Promise.all(exits);
  }

  #pump(): void {
    while (this.#queue.length > 0 && !this.#broken) {
      const slot = this.#freeSlot();
      if (slot === undefined) return;
      const pending = this.#queue.shift() as Pending;
      slot.tasks.push(pending);
      slot.worker.ref();
      slot.worker.postMessage(pending.task, pending.owned);
    }
  }

  /** The worker with the least to do; one that still starts only where none is ready. */
  #freeSlot(): Slot | undefined {
    const slots = [...this.#slots];
    const awake = slots.filter(({ ready }) => ready);
    const [least] = (awake.length > 0 ? awake : slots).sort((a, b) => a.tasks.length - b.tasks.length);
    return least !== undefined && least.tasks.length < tasksAhead ? least : undefined;
  }

  #start(): void {
    const worker = new Worker(workerAddress, { workerData: this.#setup, name: "lookonce predictor" });
    const slot: Slot = { worker, ready: false, tasks: [] };
    worker.on("message", (reply: WorkerReply) => {
      if (reply === "ready") slot.ready = true;
      else this.#answered(slot, reply);
      this.#pump();
    });
    worker.on("error", (error) => {
      slot.cause = error instanceof Error ? error : new Error(String(error));
    });
    worker.on("exit", (code) => this.#died(slot, code));
    worker.unref();
    this.#slots.add(slot);
  }

  #answered(slot: Slot, { id, outcomes }: Exclude<WorkerReply, string>): void {
    const at = slot.tasks.findIndex(({ task }) => task.id === id);
    const [pending] = slot.tasks.splice(at, 1);
    if (slot.tasks.length === 0) slot.worker.unref();
    pending?.resolve(outcomes);
  }

  #died(slot: Slot, code: number): void {
    this.#slots.delete(slot);
    if (this.#broken) return;
    const [first, ...others] = slot.tasks;
    // What was handed over to the worker is gone with it
    for (const { reject } of others.filter(({ owned }) => owned.length > 0)) reject(deathOf(code, slot.cause));
    this.#queue.unshift(...others.filter(({ owned }) => owned.length === 0));
    const again = first !== undefined && first.owned.length === 0 && ++first.attempts < mostAttempts;
    if (again) this.#queue.unshift(first);
    else first?.reject(deathOf(code, slot.cause));
    // One that could not even start would not the next time either
    if (slot.ready) this.#start();
    else if (this.#slots.size === 0) this.#giveUp(code, slot.cause);
    this.#pump();
  }

  #giveUp(code: number, cause: Error | undefined): void {
    this.#broken = true;
    for (const { reject } of this.#queue.splice(0)) reject(deathOf(code, cause));
  }
}

function deathOf(code: number, cause: Error | undefined): LookonceError {
  const how = cause === undefined ? `it exited with code ${code}` : cause.message;
  return new LookonceError(
    "DATA",
    `A thread that looked at images died: ${how}. Set workers: 0 to do without such threads.`,
    cause === undefined ? {} : { cause },
  );
}

/** Asks a worker to stop, and ends it by force where that takes too long. */
function stopped(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => worker.terminate(), patience);
    worker.once("exit", () => {
      clearTimeout(force);
      resolve();
    });
    worker.ref();
    worker.postMessage("stop");
  });
}
